#!/usr/bin/env python3
"""Presses random keys in a program on a terminal of its own and changes its size.

    console_random.py [--live] SEED ROUNDS COMMAND...

Equal seeds press equal keys; with --live those that lead through what is at AWS, too. The program may end with 0 when a key says so; then it is
started again. Complains, and ends with 1, when it ends in another way or does not end
when Ctrl-C says so: once to leave an input line, once more to leave the program.
"""
import fcntl
import os
import random
import select
import signal
import struct
import sys
import termios
import time

SECONDS = 60  # builds with sanitizers are slow
KEYS = [b"j", b"k", b"h", b"l", b"g", b"G", b"\r", b"\r", b"\x1b", b"\x1b", b"[", b"]", b"-", b"?", b"!", b"n", b"N",
        b"y", b"d", b"c", b"O", b"I", b"R", b"Z", b" ", b"\0", b"<", b">", b"\t", b"\x1b[Z", b"\x0c", b"\x7f",
        b"\x1b[A", b"\x1b[B", b"\x1b[C", b"\x1b[D", b"\x1b[5~", b"\x1b[6~", b"\x1b[H", b"\x1b[F", b"\x1bOP",
        b"\x1b[1;2C", b"\x1b[1;2D", b"q", b"s", b"/", b":", b"\x06", b"\x02", b"\x1b[200~pasted\r\n\x1b[201~"]
WORDS = [b"day", b"discrepancies", b"discrepancies status:mismatch amount>10", b"discrepancy 3", b"transactions",
         b"record settlement 7", b"record internal 9999", b"rejected", b"shards", b"layout", b"layout internal",
         b"controls", b"help", b"errors", b"themes", b"theme light", b"set ascii on", b"set ascii off", b"set mouse on",
         b"set mouse off", b"nothing", b"status=missing_internal", b"age>1", b"colour:red", b"!a", b"[", b"17"]
LIVE = [b"pulse", b"files", b"files s3://b/", b"files x", b"queues", b"messages q", b"runs", b"run x", b"logs since 2h",
        b"rollups", b"transaction x", b"records x 2026-04-01", b"versions x 2026-04-01", b"throttles", b"file b/k",
        b"heat x 2026-04-01", b"day x 2026-04-01", b"identity", b"errors"]
BYTES = bytes(b for b in range(256) if b not in b"/\x1a")  # neither paths nor Ctrl-Z


def keys(chance):
    """The next keys."""
    kind = chance.random()
    if kind < 0.70:
        return chance.choice(KEYS)
    if kind < 0.85:
        end = chance.choice([b"\r", b"\r", b"\x1b", b"\t", b"\x03"])
        return chance.choice([b":", b"/"]) + chance.choice(WORDS) + end
    if kind < 0.93:
        button, last = chance.choice([0, 0, 1, 2, 64, 65, 35]), chance.choice("Mm")
        return b"\x1b[<%d;%d;%d%s" % (button, chance.randint(1, 200), chance.randint(1, 60), last.encode())
    return bytes(chance.choice(BYTES) for _ in range(chance.randint(1, 12)))


class Program:
    def __init__(self, command):
        self.master, slave = os.openpty()
        self.seen, self.status = b"", None
        self.size(24, 80)
        self.process = os.fork()
        if self.process == 0:
            os.setsid()
            fcntl.ioctl(slave, termios.TIOCSCTTY, 0)
            for fd in range(3):
                os.dup2(slave, fd)
            os.closerange(3, 20)
            os.execv(command[0], command)
        os.close(slave)
        self.wait_for(b"help")

    def size(self, height, width):
        fcntl.ioctl(self.master, termios.TIOCSWINSZ, struct.pack("HHHH", height, width, 0, 0))

    def read(self, seconds):
        """True when something came."""
        if not select.select([self.master], [], [], seconds)[0]:
            return False
        try:
            self.seen = (self.seen + os.read(self.master, 65536))[-20000:]
        except OSError:
            time.sleep(0.01)  # it has closed its side, and ends
            return False
        return True

    def ended(self):
        if self.status is None:
            process, status = os.waitpid(self.process, os.WNOHANG)
            self.status = status if process else None
        return self.status is not None

    def wait_for(self, text):
        end = time.monotonic() + SECONDS
        while text not in self.seen and not self.ended():
            if time.monotonic() > end:
                raise AssertionError("%r did not come" % text)
            self.read(0.05)

    def press(self, text):
        """What it does not take while nobody reads is taken when it has been read."""
        end = time.monotonic() + SECONDS
        while text and not self.ended():
            if select.select([], [self.master], [], 0.01)[1]:
                text = text[os.write(self.master, text[:64]):]
            while self.read(0):
                pass
            if time.monotonic() > end:
                raise AssertionError("it takes no keys")

    def end(self, seconds):
        end = time.monotonic() + seconds
        while not self.ended() and time.monotonic() < end:
            self.read(0.02)
        return self.ended()

    def close(self):
        if not self.ended():
            os.kill(self.process, signal.SIGKILL)
            os.waitpid(self.process, 0)
        os.close(self.master)


def quit(program):
    """A paste without its end, which random bytes can begin, holds keys for a second."""
    end = time.monotonic() + SECONDS
    for _ in range(2):
        if not program.end(0):
            program.press(b"\x03")
            program.end(1.5)
    if not program.end(0):
        program.press(b"\x03\x03")
    if not program.end(end - time.monotonic()):
        raise AssertionError("it does not end on Ctrl-C")


def check(program):
    if program.status != 0:
        raise AssertionError("it ended with %s %d" % (
            ("signal", os.WTERMSIG(program.status)) if os.WIFSIGNALED(program.status)
            else ("status", os.WEXITSTATUS(program.status))))


def main():
    words = sys.argv[1:]
    if words[0] == "--live":
        WORDS.extend(LIVE)
        KEYS.extend([b"f", b"r", b"m", b"e", b"L", b"t", b"D", b"b", b"i", b"\x0e"])
        words = words[1:]
    seed, rounds, command = int(words[0]), int(words[1]), words[2:]
    chance, last, starts = random.Random(seed), [], 1
    program = Program(command)
    try:
        for _ in range(rounds):
            if program.ended():
                check(program)
                program.close()
                program, starts, last = Program(command), starts + 1, []
            if chance.random() < 0.05:
                height, width = chance.randint(1, 70), chance.randint(1, 250)
                program.size(height, width)
                last.append((height, width))
            text = keys(chance)
            last = last[-40:] + [text]
            program.press(text)
            if chance.random() < 0.3:
                program.read(0.005)
        quit(program)
        check(program)
    except AssertionError as error:
        print("seed %d, start %d: %s\nlast keys: %r\nlast output: %r" % (seed, starts, error, last, program.seen[-800:]))
        program.close()
        sys.exit(1)
    program.close()


if __name__ == "__main__":
    main()
