"""What a terminal shows of what ncurses writes for xterm-256color: texts and where they stand,
without colours. Every character is one cell wide."""

import codecs
import re

CONTROL = re.compile(
    r"\x1b\[([<=>?]?)([0-9;]*)[ -/]*([@-~])|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)|\x1b[()][0-9A-Z]|\x1b[ -/]*[0-~]"
)
PARTIAL = re.compile(r"\x1b(?:\[[<=>?]?[0-9;]*[ -/]*|\][^\x07\x1b]*\x1b?|[ -/]*)?$")


class Screen:
    def __init__(self, columns, rows):
        self.columns, self.rows = columns, rows
        self.decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self.rest, self.last = "", " "
        self.y = self.x = 0
        self.top, self.bottom = 0, rows - 1
        self.lines = [self.blank() for _ in range(rows)]

    def blank(self):
        return [" "] * self.columns

    def text(self):
        return "\n".join("".join(line).rstrip() for line in self.lines)

    def feed(self, part):
        text, at = self.rest + self.decoder.decode(part), 0
        partial = PARTIAL.search(text)
        self.rest = text[partial.start() :] if partial else ""
        text = text[: len(text) - len(self.rest)]
        while at < len(text):
            if text[at] != "\x1b":
                self.put(text[at])
                at += 1
                continue
            found = CONTROL.match(text, at)
            if found and found[3] and not found[1]:
                self.control(found[3], [int(n) if n else 0 for n in found[2].split(";")])
            elif text.startswith("\x1bM", at):
                self.up()
            at = found.end() if found else at + 1

    def put(self, char):
        if char == "\r":
            self.x = 0
        elif char == "\n":
            self.down()
        elif char == "\b":
            self.x = max(0, self.x - 1)
        elif char >= " ":
            if self.x == self.columns:
                self.x = 0
                self.down()
            self.lines[self.y][self.x] = self.last = char
            self.x += 1

    def down(self):
        if self.y == self.bottom:
            self.scroll(self.top, 1)
        else:
            self.y = min(self.rows - 1, self.y + 1)

    def up(self):
        if self.y == self.top:
            self.scroll(self.top, -1)
        else:
            self.y = max(0, self.y - 1)

    def scroll(self, top, by):
        """The lines from there to the end of the region go up, or down."""
        for _ in range(abs(by)):
            del self.lines[top if by > 0 else self.bottom]
            self.lines.insert(self.bottom if by > 0 else top, self.blank())

    def erase(self, first, last):
        """Cells, counted from the first of the screen."""
        for at in range(first, last):
            self.lines[at // self.columns][at % self.columns] = " "

    def control(self, name, numbers):
        n = max(1, numbers[0])
        line, here, end = self.lines[self.y], self.y * self.columns + min(self.x, self.columns - 1), self.rows * self.columns
        if name in "Hf":
            self.y = min(self.rows, n) - 1
            self.x = min(self.columns, max(1, numbers[1] if len(numbers) > 1 else 1)) - 1
        elif name == "d":
            self.y = min(self.rows, n) - 1
        elif name == "G":
            self.x = min(self.columns, n) - 1
        elif name == "A":
            self.y = max(0, self.y - n)
        elif name == "B":
            self.y = min(self.rows - 1, self.y + n)
        elif name == "C":
            self.x = min(self.columns - 1, self.x + n)
        elif name == "D":
            self.x = max(0, self.x - n)
        elif name == "J":
            self.erase(*{0: (here, end), 1: (0, here + 1)}.get(numbers[0], (0, end)))
        elif name == "K":
            start = self.y * self.columns
            self.erase(*{0: (here, start + self.columns), 1: (start, here + 1)}.get(numbers[0], (start, start + self.columns)))
        elif name == "X":
            self.erase(here, min(here + n, (self.y + 1) * self.columns))
        elif name == "P":
            line[self.x : self.x + n] = []
            line += [" "] * (self.columns - len(line))
        elif name == "@":
            line[self.x : self.x] = [" "] * n
            del line[self.columns :]
        elif name in "LM":
            self.scroll(self.y, n if name == "M" else -n)
        elif name in "ST":
            self.scroll(self.top, n if name == "S" else -n)
        elif name == "b":
            for _ in range(n):
                self.put(self.last)
        elif name == "r":
            self.top, self.bottom = n - 1, (numbers[1] if len(numbers) > 1 and numbers[1] else self.rows) - 1
            self.y = self.x = 0
