#!/usr/bin/env python3
"""Walks through live views on a terminal of its own, and complains when what an AWS says
reaches the terminal as it is.

    console_hostile_live.py COMMAND...

Of every view it waits for the first drawing behind the command that opens it, and
presses some keys. What the console writes has to be UTF-8, without the sequences and turned
directions that the server's texts have.
"""
import sys

from console_random import Program, check, quit

VIEWS = ["pulse", "files", "files s3://b/", "files x", "queues", "messages q", "runs", "run x", "logs since 2h",
         "logs run x", "rollups", "transaction x", "records x 2026-04-01", "versions x 2026-04-01", "throttles",
         "file b/k", "heat x 2026-04-01", "day x 2026-04-01", "identity", "errors"]
NEVER = [b"\x1b]0;title", b"\x1b[31mred", b"\x07", "\u202e".encode(), "\u2066".encode(), b"\x00"]
EACH = [b"y", b"j", b"\r", b"\t", b"\x1b", b"/long\r", b"\x1b", b"q"]


class Watched(Program):
    """Keeps all that is written."""

    def __init__(self, command):
        self.written = b""
        super().__init__(command)

    def read(self, seconds):
        before, self.seen = self.seen, b""
        came = super().read(seconds)
        self.written += self.seen
        self.seen = (before + self.seen)[-20000:]
        return came


def rest(program):
    while program.read(0.1):
        pass


program = Watched(sys.argv[1:])
for view in VIEWS:
    if program.ended():
        check(program)
        program = Watched(sys.argv[1:])
    program.press(b":" + view.encode() + b"\r")
    rest(program)
    program.size(24 + len(view), 70 + 5 * len(view))
    for key in EACH:
        program.press(key)
        program.read(0.05)
    rest(program)
written = program.written
quit(program)
check(program)
wrong = [text for text in NEVER if text in written]
written.decode()
if wrong:
    print("%r were written" % wrong)
    sys.exit(1)
