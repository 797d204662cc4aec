#!/usr/bin/env python3
"""Runs the console on a terminal of its own against a server that accepts and never
answers, presses keys, and complains when one of them is answered late in the median of five
rounds: what is late once may be the machine.

    console_hanging.py MOST_MS COMMAND...

COMMAND gets AWS_ENDPOINT_URL. Prints the longest median that a key took.
"""
import fcntl
import os
import pty
import select
import socket
import statistics
import struct
import sys
import termios
import threading
import time

SECONDS = 60
KEYS = [(b"?", b"Help"), (b"\x1b", b"asked"), (b":", b"discrepancies"), (b"\x1b", b"quit"),
        (b"!", b"no messages"), (b"\x1b", b"quit")]


def hanging_server():
    server = socket.socket()
    server.bind(("127.0.0.1", 0))
    server.listen(64)
    kept = []

    def accept():
        while True:
            kept.append(server.accept())

    threading.Thread(target=accept, daemon=True).start()
    return "http://127.0.0.1:%d" % server.getsockname()[1], kept


def fail(process, text):
    os.kill(process, 9)
    print(text)
    sys.exit(1)


class Console:
    def __init__(self, command, environment):
        self.process, self.master = pty.fork()
        if self.process == 0:
            os.execve(command[0], command, environment)
        fcntl.ioctl(self.master, termios.TIOCSWINSZ, struct.pack("HHHH", 30, 100, 0, 0))

    def wait_for(self, text):
        """Gives the milliseconds until the text comes."""
        seen, begin = b"", time.monotonic()
        while text not in seen:
            left = begin + SECONDS - time.monotonic()
            if left <= 0 or not select.select([self.master], [], [], left)[0]:
                fail(self.process, "%r did not come, but %r" % (text, seen[-1500:]))
            try:
                seen += os.read(self.master, 65536)
            except OSError:
                fail(self.process, "it ended before %r came: %r" % (text, seen[-1500:]))
        return 1000 * (time.monotonic() - begin)

    def press(self, key, text):
        os.write(self.master, key)
        return self.wait_for(text)


def main():
    most, command = float(sys.argv[1]), sys.argv[2:]
    url, kept = hanging_server()
    console = Console(command, dict(os.environ, AWS_ENDPOINT_URL=url, TERM="xterm-256color"))
    console.wait_for(b"so far")
    while not kept:
        time.sleep(0.01)
    rounds = [[console.press(key, text) for key, text in KEYS] for _ in range(5)]
    took = [statistics.median(times) for times in zip(*rounds)]
    console.press(b"\x1b", b"cancelled")
    os.write(console.master, b"q")
    try:
        while os.read(console.master, 65536):
            pass
    except OSError:
        pass
    _, status = os.waitpid(console.process, 0)
    if status:
        print("it ended with %d" % status)
        sys.exit(1)
    print("the longest: %.0f ms" % max(took))
    if max(took) >= most:
        print("a key took longer than %.0f ms: %s" % (most, took))
        sys.exit(1)


main()
