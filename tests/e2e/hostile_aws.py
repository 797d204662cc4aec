#!/usr/bin/env python3
"""An AWS whose texts nobody wishes for: control characters, turned directions, wide and
combining characters, a megabyte in one line; in keys, messages, lines of logs and errors.

    hostile_aws.py [SEED | denied]

The first line of its output is its address. With a seed one answer in twelve is an error, a
throttle, no JSON, or cut off; one in a hundred never comes. Or everything is denied.
"""
import http.server
import json
import random
import sys
import threading
import time
import urllib.parse

TEXTS = ["\x1b]0;title\x07\x1b[31mred\x1b[2J", "\u202eturned\u202c \u2066kept\u2069",
         "\u6f22\u5b57\u30c6\u30b9\u30c8\u5168\u89d2" * 3, "e\u0301\u0302\u0303\u0304a\u0308 \u0301", "long" * 2000,
         "a\tb\nc\rd\x00e\x7f", "\u009b31m\u0085\u2028\ufeff", "'\"\\%n%s{}[]<>|#&=@?:/ ", "plain", ""]
BYTES = [b"\xff\xfe\xc3( no UTF-8 \xe2\x82", b"\x1b]0;title\x07"] + [text.encode() for text in TEXTS if text]
MEGABYTE = "x\x1b[31m" * (1 << 17)
NOW = int(time.time())
lock = threading.Lock()


def items():
    for i, text in enumerate(TEXTS):
        yield {"PK": {"S": "CATALOG"}, "SK": {"S": ("PROGRAM#" if i % 2 else "DAY#") + text + "#2026-04-01"},
               "program": {"S": text}, "date": {"S": "2026-04-0%d" % (i % 9 + 1)}, "step": {"S": ["fail", text][i % 2]},
               "object": {"S": text}, "bucket": {"S": text}, "run": {"S": text}, "cause": {"S": text},
               "state": {"S": text}, "side": {"S": "internal"}, "began": {"N": str((NOW - 60 * i) * 1000)},
               "ended": {"N": str((NOW - 30 * i) * 1000)}, "because": {"S": text}, "balanced": {"BOOL": False},
               "day": {"S": text}, "settlement": {"N": "-9223372036854775808"}, "internal": {"N": "9223372036854775807"}}


def message(i, text):
    body = json.dumps({"run": text, "at": text, "error": text, "cause": json.dumps({"errorMessage": text}),
                       "file": {"bucket": "b", "key": text, "version": text}})
    body = [body, text, MEGABYTE[:1 << 18], '{"a":' * 500, json.dumps({"detail": {"bucket": {"name": text}, "object": {
        "key": text}}})][i % 5]
    return {"MessageId": "m%d" % i, "ReceiptHandle": text, "Body": body, "Attributes": {
        "ApproximateReceiveCount": text, "SentTimestamp": str(NOW * 1000), "SenderId": text}}


def line(i, text):
    raw = [text, json.dumps({"level": text, "run": text, "step": text, "message": text, "request_id": text}),
           "REPORT RequestId: %s\tDuration: %s\tBilled Duration: \x1b[2J\tMemory Size: \tMax Memory Used: x" % (text, text),
           json.dumps({"_aws": {}, text: text}), MEGABYTE][i % 5]
    return {"timestamp": (NOW - i) * 1000, "eventId": "e%d" % i, "logStreamName": text, "message": raw}


def event(i, text):
    return {"id": i + 1, "previousEventId": i, "timestamp": NOW - 100 + i, "type": ["ExecutionStarted", "TaskStateEntered",
            "TaskFailed", text, "TaskStateExited", "ExecutionFailed"][i % 6],
            "stateEnteredEventDetails": {"name": text, "input": MEGABYTE[:5000] if i == 1 else text},
            "taskFailedEventDetails": {"error": text, "cause": text}, "executionFailedEventDetails": {"cause": text}}


def answer(operation, asked):
    if operation == "Query":
        found = list(items())
        return {"Items": found, "Count": len(found)}
    if operation == "BatchGetItem":
        return {"Responses": {table: [dict(next(items()), **key) for key in wanted["Keys"]]
                              for table, wanted in asked.get("RequestItems", {}).items()}}
    if operation == "GetItem":
        return {"Item": next(items())}
    if operation == "ListQueues":
        return {"QueueUrls": ["http://x/1/" + text for text in TEXTS]}
    if operation == "GetQueueUrl":
        return {"QueueUrl": "http://x/1/" + TEXTS[0]}
    if operation == "GetQueueAttributes":
        return {"Attributes": {"QueueArn": TEXTS[0], "ApproximateNumberOfMessages": "-9" * 30, "RedrivePolicy": "{\x1b"}}
    if operation == "ReceiveMessage":
        return {"Messages": [message(i, text) for i, text in enumerate(TEXTS)]}
    if operation == "ListExecutions":
        return {"executions": [{"name": text or "x", "executionArn": text or "x", "stateMachineArn": text,
                                "status": ["FAILED", text][i % 2], "startDate": NOW - i} for i, text in enumerate(TEXTS)]}
    if operation == "DescribeExecution":
        return {"name": TEXTS[0], "executionArn": TEXTS[1], "status": "FAILED", "startDate": NOW - 100, "stopDate": NOW,
                "input": TEXTS[3], "error": TEXTS[0], "cause": TEXTS[1]}
    if operation == "GetExecutionHistory":
        return {"events": [event(i, text) for i, text in enumerate(TEXTS * 2)]}
    if operation == "FilterLogEvents":
        return {"events": [line(i, text) for i, text in enumerate(TEXTS)]}
    if operation == "GetMetricData":
        return {"MetricDataResults": [{"Id": query.get("Id"), "Timestamps": [NOW - 60, 0], "Values": [1e308, -1e308]}
                                      for query in asked.get("MetricDataQueries", [])]}
    return {}


def listing(query):
    keys = "".join("<Contents><Key>%s</Key><Size>%d</Size><ETag>%s</ETag><LastModified>2026-13-99T</LastModified></Contents>"
                   % (urllib.parse.quote(query.get("prefix", [""])[0].encode() + text), i * 10 ** 15, "x" * i * 100)
                   for i, text in enumerate(BYTES))
    return "<R><EncodingType>url</EncodingType><IsTruncated>false</IsTruncated>%s</R>" % keys


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def reply(self, status, text, **headers):
        text = text if isinstance(text, bytes) else text.encode()
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    def goes_wrong(self):
        if denied:
            self.reply(400, json.dumps({"__type": "AccessDeniedException", "message": TEXTS[0]}))
        if not chance:
            return denied
        with lock:
            kind, text = chance.random(), chance.choice(TEXTS)
        if kind < 0.01:
            threading.Event().wait()
        elif kind < 0.03:
            self.close_connection = True
        elif kind < 0.05:
            self.reply(200, b"\xff\x00{<")
        elif kind < 0.08:
            error = kind < 0.06 and "ThrottlingException" or "AccessDeniedException"
            self.reply(400, json.dumps({"__type": error, "message": text}))
        return kind < 0.08

    def do_POST(self):
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        operation = self.headers.get("X-Amz-Target", "").split(".")[-1]
        if self.goes_wrong():
            return
        try:
            asked = json.loads(body or "{}")
        except ValueError:
            asked = {}
        self.reply(200, json.dumps(answer(operation, asked)), Content_Type="application/json")

    def do_GET(self):
        where = urllib.parse.urlsplit(self.path)
        if self.goes_wrong():
            return
        if where.path == "/":
            self.reply(200, "<R><Buckets><Bucket><Name>b</Name></Bucket></Buckets></R>")
        elif "list-type" in where.query:
            self.reply(200, listing(urllib.parse.parse_qs(where.query)))
        else:
            self.reply(200, b"HD" + b"\x1b[31m\xff" * 1000 + b"\n")

    do_HEAD = do_GET

    def log_message(self, *_):
        pass


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, *_):
        pass  # whoever asked has gone


denied = sys.argv[1:] == ["denied"]
chance = random.Random(int(sys.argv[1])) if len(sys.argv) > 1 and not denied else None
server = Server(("127.0.0.1", 0), Handler)
print("http://127.0.0.1:%d" % server.server_address[1], flush=True)
server.serve_forever()
