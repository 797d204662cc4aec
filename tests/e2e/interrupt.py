#!/usr/bin/env python3
"""Runs a command on a terminal of its own, presses Ctrl-C when it asks, and ends with its status.

    interrupt.py TEXT COMMAND...

TEXT is in what it asks. What it said goes to standard output.
"""
import os
import pty
import select
import sys

SECONDS = 60  # builds with sanitizers are slow

process, terminal = pty.fork()
if process == 0:
    os.execv(sys.argv[2], sys.argv[2:])
said, pressed = b"", False
while True:
    if not select.select([terminal], [], [], SECONDS)[0]:
        os.kill(process, 9)
        sys.exit("it neither asked nor ended")
    try:
        part = os.read(terminal, 4096)
    except OSError:  # how Linux tells of the end of a terminal
        part = b""
    if not part:
        break
    said += part
    if not pressed and sys.argv[1].encode() in said:
        os.write(terminal, b"\x03")
        pressed = True
sys.stdout.write(said.decode(errors="replace"))
sys.exit(os.waitstatus_to_exitcode(os.waitpid(process, 0)[1]))
