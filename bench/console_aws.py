#!/usr/bin/env python3
"""What the console asks in bench/console.sh: an S3 with a bucket of so many keys, or a server
that takes every request and never answers.

    console_aws.py keys N | hang

The first line of its output is its address. It goes on until it is ended.
"""
import http.server
import socket
import sys
import urllib.parse

PAGE = 1000


class Keys(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    count = 0

    def do_GET(self):
        query = urllib.parse.parse_qs(urllib.parse.urlsplit(self.path).query)
        first = int(query.get("continuation-token", ["0"])[0])
        last = min(first + PAGE, self.count)
        body = ["<R><IsTruncated>%s</IsTruncated>" % ("true" if last < self.count else "false")]
        if last < self.count:
            body.append("<NextContinuationToken>%d</NextContinuationToken>" % last)
        for i in range(first, last):
            body.append('<Contents><Key>in/%07d.txt</Key><Size>%d</Size><ETag>"e%d"</ETag><StorageClass>STANDARD'
                        "</StorageClass><LastModified>2026-04-01T12:00:00Z</LastModified></Contents>" % (i, i, i))
        text = ("".join(body) + "</R>").encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    def log_message(self, *_):
        pass


def serve_keys(count):
    Keys.count = count
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Keys)
    print("http://127.0.0.1:%d" % server.server_address[1], flush=True)
    server.serve_forever()


def hang():
    server = socket.socket()
    server.bind(("127.0.0.1", 0))
    server.listen(64)
    print("http://127.0.0.1:%d" % server.getsockname()[1], flush=True)
    kept = []
    while True:
        kept.append(server.accept())


if sys.argv[1] == "keys":
    serve_keys(int(sys.argv[2]))
else:
    hang()
