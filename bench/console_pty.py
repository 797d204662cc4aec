#!/usr/bin/env python3
"""Measures programs on a terminal, all by the same definitions.

    console_pty.py [--starts N] [--keys N] [--idle SECONDS] <programs

A line of standard input is a program: its name, after how many keys to turn round, the
key down, the key up (with escapes as in Python), the folder to run it in, and its
command, parted by tabs. The terminal is xterm-256color of 120 columns and 34 rows.

first text   From just before exec until, without escape sequences, VISIBLE characters
             have come: entering another screen or asking for the terminal's name is none.
first frame  Until the last byte of the burst in which that happens. A burst ends when
             nothing has come for QUIET seconds, and so a program that goes on writing
             while it reads its data has its first frame only behind that.
key          From writing the key until the last byte of the burst that answers. A
             program that repaints by itself in that time has it counted.
memory       After the keys: VmRSS, and in parentheses RssAnon, which nothing else shares.
idle         After a second of rest: bytes written, and processor time of all threads.

Starts go round: one of each program, then the next of each, so that what else the
machine does hits all of them. Keys of a program follow each other, each when the answer
to the one before is complete.
"""
import argparse
import fcntl
import os
import re
import select
import shlex
import signal
import statistics
import struct
import sys
import termios
import time

COLUMNS, ROWS = 120, 34
QUIET, VISIBLE = 0.05, 100
KEY_SECONDS, START_SECONDS, SETTLE_SECONDS = 2, 30, 60
ESCAPES = re.compile(rb"\x1b\[[0-9;:?<>=!]*[ -/]*[@-~]|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)|\x1b[ -/]*[0-~]|[\x00-\x20]")


class Program:
    def __init__(self, line):
        self.name, turn, down, up, self.folder, command = line.rstrip("\n").split("\t")
        self.turn = int(turn)
        self.down, self.up = (key.encode().decode("unicode_escape").encode() for key in (down, up))
        self.command = shlex.split(command)
        self.texts, self.frames, self.keys, self.unanswered = [], [], [], 0
        self.memory, self.idle_bytes, self.idle_processor = (0, 0), 0, 0


class Session:
    """One run of a program on a pseudo-terminal."""

    def __init__(self, program):
        command = self.command = program.command
        self.seen = b""  # the last of it
        self.master, slave = os.openpty()
        fcntl.ioctl(self.master, termios.TIOCSWINSZ, struct.pack("HHHH", ROWS, COLUMNS, 0, 0))
        started, tell = os.pipe()  # the child says when it is about to exec
        self.process = os.fork()
        if self.process == 0:
            try:
                os.chdir(program.folder)
                os.setsid()
                fcntl.ioctl(slave, termios.TIOCSCTTY, 0)
                for fd in range(3):
                    os.dup2(slave, fd)
                os.write(tell, struct.pack("d", time.monotonic()))
                os.execvp(command[0], command)
            finally:
                os._exit(127)
        os.close(slave)
        os.close(tell)
        self.start = struct.unpack("d", os.read(started, 8))[0]
        os.close(started)

    def read(self, seconds):
        """What comes within that time, or nothing."""
        if not select.select([self.master], [], [], seconds)[0]:
            return b""
        try:
            part = os.read(self.master, 1 << 20)
            self.seen = (self.seen + part)[-1000:]
            return part
        except OSError:
            sys.exit("%s ended before it was measured: %r" % (self.command, self.seen[-500:]))

    def first_frame(self):
        """Seconds to the first text and to the first frame."""
        seen, text, last = b"", None, None
        while text is None or time.monotonic() < last + QUIET:
            part = self.read(QUIET if last else START_SECONDS)
            if not part and time.monotonic() > self.start + START_SECONDS:
                sys.exit("%s drew nothing" % self.command)
            if part:
                last = time.monotonic()
            if text is None:
                seen += part
                if len(ESCAPES.sub(b"", seen)) >= VISIBLE:
                    text = last
        return text - self.start, last - self.start

    def settle(self):
        """Until nothing has come for a second, or it seems that it never will stop."""
        end = time.monotonic() + SETTLE_SECONDS
        while time.monotonic() < end and self.read(1):
            pass

    def key(self, key):
        """Seconds until it was answered, or None."""
        while self.read(0):
            pass
        before, last = time.monotonic(), None
        os.write(self.master, key)
        while self.read(QUIET if last else KEY_SECONDS):
            last = time.monotonic()
            if last > before + KEY_SECONDS:
                break
        return last and last - before

    def memory(self):
        with open("/proc/%d/status" % self.process) as status:
            values = dict(line.split()[:2] for line in status if line.startswith(("VmRSS", "RssAnon")))
        return int(values["VmRSS:"]), int(values["RssAnon:"])

    def processor(self):
        """Nanoseconds that its threads have run."""
        folder, total = "/proc/%d/task" % self.process, 0
        for thread in os.listdir(folder):
            with open("%s/%s/schedstat" % (folder, thread)) as times:
                total += int(times.read().split()[0])
        return total

    def idle(self, seconds):
        self.read(1)
        count, before, end = 0, self.processor(), time.monotonic() + seconds
        while time.monotonic() < end:
            count += len(self.read(max(0, end - time.monotonic())))
        return count, (self.processor() - before) / 1e9 / seconds

    def stop(self):
        os.kill(self.process, signal.SIGTERM)
        end = time.monotonic() + 1
        while os.waitpid(self.process, os.WNOHANG)[0] == 0:
            if time.monotonic() > end:
                os.kill(self.process, signal.SIGKILL)
            self.drain()
        os.close(self.master)

    def drain(self):
        """So that a program that says goodbye is not held up."""
        if select.select([self.master], [], [], 0.01)[0]:
            try:
                os.read(self.master, 1 << 20)
            except OSError:
                pass


def measure_start(program):
    session = Session(program)
    text, frame = session.first_frame()
    program.texts.append(text)
    program.frames.append(frame)
    session.stop()


def measure_keys(program, count, idle_seconds):
    session = Session(program)
    session.first_frame()
    session.settle()
    for i in range(count):
        took = session.key(program.up if i // program.turn % 2 else program.down)
        if took is None:
            program.unanswered += 1
        else:
            program.keys.append(took)
    program.memory = session.memory()
    program.idle_bytes, program.idle_processor = session.idle(idle_seconds)
    session.stop()


def percentile(values, part):
    return sorted(values)[min(len(values) - 1, int(len(values) * part))]


def row(program):
    keys, cells = program.keys, [program.name]
    for times in (program.texts, program.frames):
        cells.append("%.0f (%.0f)" % (statistics.median(times) * 1e3, min(times) * 1e3))
    cells += ["%.1f" % (percentile(keys, part) * 1e3) for part in (0.5, 0.99)] if keys else ["", ""]
    cells += ["%.1f (%.1f)" % tuple(part / 1024 for part in program.memory), "%d" % program.idle_bytes, "%.2f" % (program.idle_processor * 100)]
    return "| " + " | ".join(cells) + " |"


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--starts", type=int, default=9)
    parser.add_argument("--keys", type=int, default=300)
    parser.add_argument("--idle", type=float, default=10)
    options = parser.parse_args()
    programs = [Program(line) for line in sys.stdin if line.strip()]
    os.environ.update(TERM="xterm-256color", LC_ALL="C.UTF-8", TZ="UTC")
    for name in ("COLORTERM", "NO_COLOR", "LINES", "COLUMNS"):
        os.environ.pop(name, None)

    for _ in range(options.starts):
        for program in programs:
            measure_start(program)
    for program in programs:
        measure_keys(program, options.keys, options.idle)
    print("| program | first text ms | first frame ms | key ms, p50 | p99 | RSS MB (anonymous) | idle bytes in %g s | idle CPU %% |"
          % options.idle)
    print("| --- | --- | --- | --- | --- | --- | --- | --- |")
    for program in programs:
        print(row(program))
    for program in programs:
        if program.unanswered:
            print("%s: %d of %d keys changed nothing on the screen" % (program.name, program.unanswered, options.keys))


if __name__ == "__main__":
    main()
