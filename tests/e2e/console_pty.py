#!/usr/bin/env python3
"""Runs a program on a terminal of its own and sees how it ends.

    console_pty.py WHAT STATUS COMMAND...

WHAT is "keys TEXT" (a NUL in it separates keys from the name of a signal), "signal
NAME", "unread NAME" (a signal to it when its terminal is full and nobody reads), "stop
signal NAME", "stop keys TEXT", "continue", "resize N" or "hangup". STATUS
is "exit N" or "signal N". Complains, and ends with 1, when the program ended in
another way, or the terminal is not as it was.
"""
import fcntl
import os
import select
import signal
import struct
import sys
import termios
import time

ENTER, LEAVE = b"\x1b[?1049h", b"\x1b[?1049l"
SECONDS = 60  # builds with sanitizers are slow


started = []  # what has to go when something is wrong


def fail(text):
    print(text)
    for process in started:
        try:
            os.kill(process, signal.SIGKILL)
        except ProcessLookupError:
            pass
    sys.exit(1)


class Terminal:
    """A session with a leader that waits for the program, as a shell does."""

    def __init__(self, command):
        self.master, self.slave = os.openpty()
        self.size(24, 80)
        self.before = termios.tcgetattr(self.slave)
        self.seen = b""
        self.told, tell = os.pipe()
        self.leader = os.fork()
        if self.leader == 0:
            self.lead(tell, command)
        os.close(tell)
        started.append(self.leader)
        self.program = int(self.line())
        started.append(self.program)

    def lead(self, tell, command):
        os.setsid()
        fcntl.ioctl(self.slave, termios.TIOCSCTTY, 0)
        signal.signal(signal.SIGTTOU, signal.SIG_IGN)
        signal.signal(signal.SIGHUP, signal.SIG_IGN)
        program = os.fork()
        if program == 0:
            os.setpgid(0, 0)
            os.tcsetpgrp(self.slave, os.getpid())
            signal.signal(signal.SIGTTOU, signal.SIG_DFL)
            signal.signal(signal.SIGHUP, signal.SIG_DFL)
            for fd in range(3):
                os.dup2(self.slave, fd)
            os.close(self.master)
            os.close(self.slave)
            os.execv(command[0], command)
        os.close(self.master)
        os.write(tell, b"%d\n" % program)
        while True:
            _, status = os.waitpid(program, os.WUNTRACED)
            if os.WIFSTOPPED(status):
                os.write(tell, b"stopped\n")
            elif os.WIFSIGNALED(status):
                os.write(tell, b"signal %d\n" % os.WTERMSIG(status))
                os._exit(0)
            else:
                os.write(tell, b"exit %d\n" % os.WEXITSTATUS(status))
                os._exit(0)

    def size(self, height, width):
        fcntl.ioctl(self.master, termios.TIOCSWINSZ, struct.pack("HHHH", height, width, 0, 0))

    def read(self, seconds):
        """Reads what comes until nothing has for a while."""
        while select.select([self.master], [], [], seconds)[0]:
            try:
                self.seen += os.read(self.master, 65536)
            except OSError:
                return

    def wait_for(self, text, behind=0):
        """Behind so many bytes."""
        end = time.monotonic() + SECONDS
        while text not in self.seen[behind:]:
            if time.monotonic() > end:
                fail("%r did not come; this did: %r" % (text, self.seen[behind:][-2000:]))
            self.read(0.05)
        self.read(0.1)

    def fill(self):
        """Has it paint until the terminal takes no more and it waits for that."""
        end = time.monotonic() + SECONDS
        while select.select([], [self.slave], [], 0)[1]:
            if time.monotonic() > end:
                fail("the terminal does not get full")
            os.write(self.master, b"\x0c")
            select.select([self.told], [], [], 0.005)
        os.write(self.master, 20 * b"\x0c")

    def line(self, reading=True):
        """What the leader tells."""
        text, end = b"", time.monotonic() + SECONDS
        while not text.endswith(b"\n"):
            if time.monotonic() > end:
                fail("it neither ends nor stops; on the screen: %r" % self.seen[-2000:])
            if reading and self.master is not None:
                self.read(0.01)
            if select.select([self.told], [], [], 0.01)[0]:
                byte = os.read(self.told, 1)
                if not byte:
                    fail("the leader is gone")
                text += byte
        return text.decode().strip()

    def keys(self, text):
        for part in text:
            os.write(self.master, part.encode("latin-1"))
            time.sleep(0.02)
        self.read(0.2)

    def kill(self, name):
        os.kill(self.program, getattr(signal, "SIG" + name))

    def restored(self):
        if self.seen.count(ENTER) != self.seen.count(LEAVE):
            fail("the alternate screen was not left: %r" % self.seen[-500:])
        if not self.seen.rindex(b"\x1b[?25h") > self.seen.rindex(b"\x1b[?25l"):
            fail("the cursor is hidden: %r" % self.seen[-500:])
        after = termios.tcgetattr(self.slave)
        if after != self.before:
            fail("the terminal was %r and is %r" % (self.before, after))


def press(terminal, text):
    keys, _, name = text.encode().decode("unicode_escape").partition("\0")
    terminal.keys(keys)
    if name:
        terminal.kill(name)


def stop(terminal, how, what):
    press(terminal, what) if how == "keys" else terminal.kill(what)
    told = terminal.line()
    if told != "stopped":
        fail("it did not stop: %s" % told)
    terminal.read(0.2)
    terminal.restored()
    before = len(terminal.seen)
    terminal.kill("CONT")
    terminal.wait_for(ENTER, before)
    terminal.wait_for(b"reconctl", before)
    terminal.keys("q")


def go_on(terminal):
    terminal.kill("STOP")
    if terminal.line() != "stopped":
        fail("it did not stop")
    before = len(terminal.seen)
    terminal.kill("CONT")
    terminal.wait_for(b"reconctl", before)
    terminal.keys("q")


def resize(terminal, times):
    for i in range(times):
        terminal.size(1 + i * 7 % 60, 1 + i * 13 % 180)
        terminal.kill("WINCH")
        if i % 10 == 0:
            terminal.read(0.02)
    terminal.read(0.3)
    before = len(terminal.seen)
    terminal.size(5, 20)
    terminal.kill("WINCH")
    terminal.wait_for(b"small", before)
    before = len(terminal.seen)
    terminal.size(24, 80)
    terminal.kill("WINCH")
    terminal.wait_for(b"help", before)
    terminal.keys("q")


def main():
    what, expected, command = sys.argv[1], sys.argv[2], sys.argv[3:]
    terminal = Terminal(command)
    terminal.wait_for(b"help")
    verb, _, rest = what.partition(" ")
    if verb == "keys":
        press(terminal, rest)
    elif verb == "signal":
        terminal.kill(rest)
    elif verb == "unread":
        terminal.fill()
        terminal.kill(rest)
    elif verb == "stop":
        stop(terminal, *rest.split(" ", 1))
    elif verb == "continue":
        go_on(terminal)
    elif verb == "resize":
        resize(terminal, int(rest))
    elif verb == "hangup":
        os.close(terminal.slave)
        os.close(terminal.master)
        terminal.master = None
    told = terminal.line(reading=verb != "unread")
    if told != expected:
        fail("it ended with %s, not %s; on the screen: %r" % (told, expected, terminal.seen[-2000:]))
    if terminal.master is not None:
        terminal.read(0.2)
        terminal.restored()


main()
