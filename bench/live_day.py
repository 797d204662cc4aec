"""Measures the console on a day of the pipeline while it fills and afterwards: see
bench/live_day.sh.

    live_day.py RECONCTL STATE PROGRAM DATE [KEYS]

key      From writing the key until the screen shows what it has to: for a movement, the
         position of the cursor in the line below. Keys while the day fills come at random
         times, about every 40 ms.
memory   RssAnon, which nothing else shares, the most that was seen.
bytes    From opening a discrepancy until the bytes of its first record are there, and the
         same for the last of many, gone through with a key each.
file     What the day's temporary file and its log take on the disk, the most that was seen.
"""

import fcntl
import os
import random
import re
import statistics
import struct
import sys
import termios
import time

from console_pty import COLUMNS, ROWS, Program, Session
from console_screen import Screen

LONGEST_S = 900
POSITION = re.compile(r"^  ([0-9,]+) of ([0-9,]+)(?: |$)", re.M)
CRUMB = re.compile(r"Discrepancy ([0-9]+) ")
SHOWN = re.compile(r"^[! ] ?[a-z_]+ +([0-9A-Z]{24})$", re.M)
BYTES = re.compile(r"^ +1 (?:[0-9A-F]{2} +){16}(\S{16})$", re.M)
STEPS, BYTES_ROWS = 100, 150  # candidates stand before the bytes
LOADING = re.compile(r"loading \S+ \S+, ([0-9,]+) of ([0-9,]+) discrepancies, ([0-9,]+) read units")


class Console:
    def __init__(self, command):
        self.session = Session(Program("\t".join(["", "1", "j", "k", os.getcwd(), command])))
        self.screen = Screen(COLUMNS, ROWS)
        self.memory = self.disk = 0
        self.units = 0

    def look(self, seconds=0.0):
        part = self.session.read(seconds)
        if part:
            self.screen.feed(part)
            found = LOADING.search(self.screen.text())
            if found:
                self.units = number(found[3])
        return part

    def until(self, seen, seconds=LONGEST_S):
        """Seconds until the screen is as `seen` says; None when it never was."""
        began = time.monotonic()
        while not seen(self.screen.text()):
            left = began + seconds - time.monotonic()
            if left <= 0:
                return None
            self.look(left)
        return time.monotonic() - began

    def resize(self, rows):
        self.screen = Screen(COLUMNS, rows)
        fcntl.ioctl(self.session.master, termios.TIOCSWINSZ, struct.pack("HHHH", rows, COLUMNS, 0, 0))
        self.press("\x0c")
        self.until(lambda text: position(text)[1] or CRUMB.search(text))

    def press(self, keys):
        os.write(self.session.master, keys.encode())

    def gauge(self):
        """Notes how much memory and disk it takes now."""
        process = self.session.process
        self.memory = max(self.memory, self.session.memory()[1])
        held = {}
        for name in os.listdir("/proc/%d/fd" % process):
            path = "/proc/%d/fd/%s" % (process, name)
            try:
                if "/live.db" in os.readlink(path):
                    told = os.stat(path)
                    held[told.st_ino] = told.st_blocks * 512
            except OSError:
                continue  # it has been closed meanwhile
        self.disk = max(self.disk, sum(held.values()))


def number(text):
    return int(text.replace(",", ""))


def position(text):
    """(where the cursor is, how many rows there are)"""
    found = None
    for found in POSITION.finditer(text):
        pass
    return (number(found[1]), number(found[2])) if found else (0, 0)


def is_loading(text):
    return LOADING.search(text) is not None


class Keys:
    """Movements, and how long each took to be seen."""

    def __init__(self, console):
        self.console = console
        self.times = {}
        self.missed = 0

    def move(self, name, key, answered):
        self.console.press(key)
        took = self.console.until(answered, 5)
        if took is None:
            self.missed += 1
        else:
            self.times.setdefault(name, []).append(took)

    def down(self):
        at, _ = position(self.console.screen.text())
        self.move("down", "j", lambda text: position(text)[0] > at)

    def up(self):
        at, _ = position(self.console.screen.text())
        self.move("up", "k", lambda text: position(text)[0] != at)

    def page(self):
        at, _ = position(self.console.screen.text())
        self.move("page", "\x06", lambda text: position(text)[0] > at + 2)

    def end(self):
        self.move("end", "G", lambda text: position(text)[0] == position(text)[1])

    def start(self):
        self.move("start", "g", lambda text: position(text)[0] == 1)

    def all(self):
        return [took for times in self.times.values() for took in times]

    def told(self):
        times = sorted(self.all())
        parts = ["%s %.1f/%.1f" % (name, statistics.median(t) * 1e3, max(t) * 1e3) for name, t in self.times.items()]
        return "%d keys: p50 %.1f ms, p99 %.1f ms, longest %.1f ms; missed %d (%s)" % (
            len(times),
            statistics.median(times) * 1e3,
            times[min(len(times) - 1, int(len(times) * 0.99))] * 1e3,
            times[-1] * 1e3,
            self.missed,
            ", median/longest: " + ", ".join(parts),
        )


def wait_idle(console, seconds):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        console.look(max(0.0, end - time.monotonic()))


def while_it_fills(console):
    keys, chance, began = Keys(console), random.Random(1), time.monotonic()
    while is_loading(console.screen.text()):
        wait_idle(console, chance.uniform(0.02, 0.06))
        at, count = position(console.screen.text())
        what = chance.random()
        if what < 0.02 and at != count:
            keys.end()
        elif what < 0.04 and at > 1:
            keys.start()
        elif what < 0.34 and at + 100 < count:
            keys.page()
        elif at > 2 and what > 0.7:
            keys.up()
        elif at + 1 < count:
            keys.down()
        console.gauge()
    return keys, time.monotonic() - began


def when_it_is_full(console, count):
    keys = Keys(console)
    console.press("g")
    console.until(lambda text: position(text)[0] == 1)
    for _ in range(count):
        keys.down()
    for _ in range(count):
        keys.page()
    for _ in range(max(1, count // 10)):
        keys.end()
        keys.start()
    console.gauge()
    return keys


def has_bytes(text):
    """Whether the bytes of the first record of the discrepancy that is shown have come."""
    shown, first = SHOWN.search(text), BYTES.search(text)
    return shown and first and shown[1][:14] == first[1][2:]


def look_at_bytes(console):
    """Opens a discrepancy, and goes through many so fast that nobody waits for their bytes."""
    console.resize(BYTES_ROWS)
    console.press("\r")
    opened = console.until(has_bytes, 60)
    at = number(CRUMB.search(console.screen.text())[1])
    for i in range(1, STEPS + 1):
        console.press("n")
        console.until(lambda text: CRUMB.search(text) and number(CRUMB.search(text)[1]) == at + i, 60)
    last = console.until(has_bytes, 60)
    console.press("q")
    console.resize(ROWS)
    return "bytes of a discrepancy: %.0f ms; of the last of %d, behind its key: %.0f ms" % (opened * 1e3, STEPS, last * 1e3)


def until_text(console, keys, text):
    console.press(keys)
    took = console.until(lambda screen: text in screen, 60)
    console.gauge()
    return "never" if took is None else "%.0f ms" % (took * 1e3)


def main():
    program, state, name, date = sys.argv[1:5]
    count = int(sys.argv[5]) if len(sys.argv) > 5 else 300
    os.environ.update(TERM="xterm-256color", LC_ALL="C.UTF-8", TZ="UTC")
    console = Console("%s --local=%s open -c 'day %s %s'" % (program, state, name, date))
    print("the day's sums: %s" % until_text(console, "", "BALANCED"))
    console.press(":discrepancies\r")
    took = console.until(lambda text: position(text)[1] > 0)
    print("first rows: %.0f ms" % (took * 1e3))
    keys, seconds = while_it_fills(console)
    print("filled in %.1f s, %d read units; %.1f MB RssAnon, file %.0f MB" % (seconds, console.units, console.memory / 1024, console.disk / 1e6))
    print("while it fills: " + keys.told())
    print("processor: %.1f s" % (console.session.processor() / 1e9))
    wait_idle(console, 3)
    keys = when_it_is_full(console, count)
    print("full: " + keys.told())
    console.press("g")
    console.until(lambda text: position(text)[0] == 1)
    print(look_at_bytes(console))
    console.until(lambda text: position(text)[1] > 0)
    print("filter: " + until_text(console, "/amount>100 currency:EUR\r", "filter amount"))
    wait_idle(console, 1)
    rows = position(console.screen.text())[1]
    console.press("/\x15\r")
    took = console.until(lambda text: position(text)[1] > rows, 60)
    print("filter off: %s ms" % (took and round(took * 1e3)))
    wait_idle(console, 2)
    print("RssAnon at last: %.1f MB now, %.1f MB at most" % (console.session.memory()[1] / 1024, console.memory / 1024))
    console.session.stop()


if __name__ == "__main__":
    main()
