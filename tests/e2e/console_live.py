#!/usr/bin/env python3
"""A DynamoDB with a few days of a pipeline in its catalog, which misbehaves as a file says.

    console_live.py FOLDER

Writes FOLDER/port; FOLDER/mode says how it answers from then on (ok, more: with a newer day,
deny, expired, throttle, cut, hang), FOLDER/requests counts what it was asked.
"""
import http.server
import json
import os
import sys
import threading

FOLDER = sys.argv[1]
DAYS = [("alpha", "2026-04-01"), ("beta", "2026-04-01"), ("gamma", "2026-04-01")]
ERRORS = {
    "deny": (400, "AccessDeniedException", "not authorized to perform: dynamodb:Query"),
    "expired": (400, "ExpiredTokenException", "The security token included has expired"),
    "throttle": (400, "ThrottlingException", "Rate exceeded"),
}
lock = threading.Lock()
requests = 0


def mode():
    with open(os.path.join(FOLDER, "mode"), encoding="ascii") as file:
        return file.read().strip()


def count():
    global requests
    with lock:
        requests += 1
        write("requests", str(requests))


def write(name, text):
    path = os.path.join(FOLDER, name)
    with open(path + ".new", "w", encoding="ascii") as file:
        file.write(text)
    os.rename(path + ".new", path)


def answer(target, now):
    operation = target.split(".")[-1]
    days = DAYS + ([("alpha", "2026-04-02")] if now == "more" else [])
    if operation == "Query":
        items = [{"PK": {"S": "CATALOG"}, "SK": {"S": "DAY#%s#%s" % day},
                  "program": {"S": day[0]}, "date": {"S": day[1]}} for day in days]
        return {"Items": items, "Count": len(items)}
    if operation == "BatchGetItem":
        return {"Responses": {"recon-state": []}, "UnprocessedKeys": {}}
    return {}


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        count()
        now = mode()
        if now == "hang":
            threading.Event().wait()
        if now == "cut":
            self.close_connection = True
            return
        status, body = 200, answer(self.headers.get("X-Amz-Target", ""), now)
        if now in ERRORS:
            status, code, message = ERRORS[now]
            body = {"__type": "com.amazonaws.dynamodb.v20120810#" + code, "message": message}
        text = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/x-amz-json-1.0")
        self.send_header("Content-Length", str(len(text)))
        self.send_header("x-amzn-RequestId", "REQUEST-%d" % requests)
        self.end_headers()
        self.wfile.write(text)

    def log_message(self, *_):
        pass


server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
server.daemon_threads = True
write("port", str(server.server_address[1]))
server.serve_forever()
