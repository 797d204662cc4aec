#!/usr/bin/env python3
"""Draws a terminal's screen as SVG.

    tmux capture-pane -e -p -N | screen_to_svg.py COLUMNS ROWS TITLE

The picture does not depend on the fonts of who looks at it: every piece of text has
its place and its length, and lines, blocks and braille are drawn as shapes. Escape
sequences that are not known here are an error, so that nothing is lost in silence.
"""
import re
import sys
import unicodedata
from collections import Counter
from html import escape

CELL_WIDTH, CELL_HEIGHT = 8, 17
FONT_SIZE = 13.3  # most monospaced fonts are 0.6 as wide as high
BASELINE = 13
BAR, MARGIN = 30, 10  # the window's title bar, and the room around its text
FONTS = "ui-monospace,SFMono-Regular,Menlo,Consolas,'DejaVu Sans Mono',monospace"
INK, PAPER = "#D4D7DD", "#16181D"  # what a terminal has where nobody says anything

BOLD, DIM, ITALIC, UNDERLINE, REVERSE = 1, 2, 4, 8, 16
SET = {1: BOLD, 2: DIM, 3: ITALIC, 4: UNDERLINE, 7: REVERSE}
UNSET = {22: BOLD | DIM, 23: ITALIC, 24: UNDERLINE, 27: REVERSE}

PALETTE = ("000000 CD0000 00CD00 CDCD00 0000EE CD00CD 00CDCD E5E5E5 "
           "7F7F7F FF0000 00FF00 FFFF00 5C5CFF FF00FF 00FFFF FFFFFF").split()

# Arms of line-drawing characters: left, right, up, down; 1 is light, 2 is heavy.
LINES = {
    "─": (1, 1, 0, 0), "━": (2, 2, 0, 0), "│": (0, 0, 1, 1), "┃": (0, 0, 2, 2),
    "┌": (0, 1, 0, 1), "┐": (1, 0, 0, 1), "└": (0, 1, 1, 0), "┘": (1, 0, 1, 0),
    "├": (0, 1, 1, 1), "┤": (1, 0, 1, 1), "┬": (1, 1, 0, 1), "┴": (1, 1, 1, 0),
    "┼": (1, 1, 1, 1), "╭": (0, 1, 0, 1), "╮": (1, 0, 0, 1), "╰": (0, 1, 1, 0),
    "╯": (1, 0, 1, 0),
}

# Blocks: left, top, right and bottom in eighths of the cell.
BLOCKS = {"█": (0, 0, 8, 8), "▀": (0, 0, 8, 4), "▐": (4, 0, 8, 8)}
BLOCKS.update({chr(0x2580 + n): (0, 8 - n, 8, 8) for n in range(1, 8)})
BLOCKS.update({chr(0x2590 - n): (0, 0, n, 8) for n in range(1, 8)})
SHADES = {"░": 0.25, "▒": 0.5, "▓": 0.75}

# The bit of each braille dot, by column and row.
DOTS = ((0x01, 0x02, 0x04, 0x40), (0x08, 0x10, 0x20, 0x80))


# ----- reading the screen -----

def palette(index):
    if index < 16:
        return "#" + PALETTE[index]
    if index >= 232:
        return "#" + "%02X" % (8 + 10 * (index - 232)) * 3
    step = (0, 95, 135, 175, 215, 255)
    index -= 16
    return "#%02X%02X%02X" % (step[index // 36], step[index // 6 % 6], step[index % 6])


class Pen:
    def __init__(self):
        self.ink = self.paper = None
        self.flags = 0

    def take(self, numbers):
        """Applies the parameters of one SGR sequence."""
        numbers = [int(number or 0) for number in re.split("[;:]", numbers)]
        while numbers:
            number = numbers.pop(0)
            if number == 0:
                self.__init__()
            elif number in SET:
                self.flags |= SET[number]
            elif number in UNSET:
                self.flags &= ~UNSET[number]
            elif number in (38, 48):
                self.color(number, numbers)
            elif number == 39:
                self.ink = None
            elif number == 49:
                self.paper = None
            elif 30 <= number <= 37 or 90 <= number <= 97:
                self.ink = palette(number % 10 + (8 if number >= 90 else 0))
            elif 40 <= number <= 47 or 100 <= number <= 107:
                self.paper = palette(number % 10 + (8 if number >= 100 else 0))
            else:
                sys.exit("screen_to_svg: SGR %d is not known" % number)

    def color(self, which, numbers):
        kind = numbers.pop(0)
        if kind == 5:
            color = palette(numbers.pop(0))
        elif kind == 2:
            color = "#%02X%02X%02X" % tuple(numbers[:3])
            del numbers[:3]
        else:
            sys.exit("screen_to_svg: a colour of kind %d is not known" % kind)
        if which == 38:
            self.ink = color
        else:
            self.paper = color

    def style(self):
        ink, paper = self.ink or INK, self.paper or PAPER
        if self.flags & REVERSE:
            ink, paper = paper, ink
        return ink, paper, self.flags & (BOLD | DIM | ITALIC | UNDERLINE)


def width_of(character):
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1


def read_screen(text, columns, rows):
    """Rows of cells, each a text and a style; the cell behind a wide one has none."""
    pen, screen = Pen(), []
    for line in text.split("\n")[:rows]:
        cells, at = [], 0
        while at < len(line):
            sequence = re.compile(r"\x1b\[([0-9;:]*)m").match(line, at)
            if sequence:
                pen.take(sequence.group(1))
                at = sequence.end()
                continue
            character = line[at]
            if ord(character) < 32:
                sys.exit("screen_to_svg: unknown sequence %r" % line[at:at + 12])
            if unicodedata.combining(character) and cells:
                cells[-1] = (cells[-1][0] + character, cells[-1][1])
            else:
                cells.append((character, pen.style()))
                cells.extend([("", pen.style())] * (width_of(character) - 1))
            at += 1
        screen.append(cells[:columns])
    blank = (" ", Pen().style())
    screen += [[] for _ in range(rows - len(screen))]
    return [cells + [blank] * (columns - len(cells)) for cells in screen]


# ----- drawing it -----

def number(value):
    return ("%.2f" % value).rstrip("0").rstrip(".")


def is_shape(text):
    return text in LINES or text in BLOCKS or text in SHADES or "\u2800" < text[:1] <= "\u28ff"


class Picture:
    def __init__(self, screen):
        self.screen = screen
        self.papers = Counter(style[1] for cells in screen for _, style in cells)
        self.paper = self.papers.most_common(1)[0][0]
        self.classes = {}
        self.shapes = {}  # by colour, the path of what is drawn in it
        self.dots = {}  # braille characters in use
        self.texts, self.braille = [], []

    def class_of(self, style):
        """The name of a style without its background."""
        return self.classes.setdefault((style[0], style[2]), "s%d" % len(self.classes))

    def backgrounds(self):
        """Rectangles of one colour: along the row, then down over rows that agree."""
        open_ones, done = {}, []
        for y, cells in enumerate(self.screen + [[]]):
            here, x = {}, 0
            while x < len(cells):
                end, paper = x, cells[x][1][1]
                while end < len(cells) and cells[end][1][1] == paper:
                    end += 1
                if paper != self.paper:
                    here[x, end, paper] = open_ones.get((x, end, paper), y)
                x = end
            done += [(top, x, y, end, paper) for (x, end, paper), top in open_ones.items()
                     if (x, end, paper) not in here]
            open_ones = here
        return [self.rectangle(x * CELL_WIDTH, top * CELL_HEIGHT, end * CELL_WIDTH,
                               bottom * CELL_HEIGHT, paper)
                for top, x, bottom, end, paper in sorted(done)]

    @staticmethod
    def rectangle(left, top, right, bottom, color, more=""):
        return '<rect x="%s" y="%s" width="%s" height="%s" fill="%s"%s/>' % (
            number(left), number(top), number(right - left), number(bottom - top), color, more)

    def path(self, color, left, top, right, bottom):
        self.shapes.setdefault(color, []).append("M%s %sH%sV%sH%sz" % (
            number(left), number(top), number(right), number(bottom), number(left)))

    def line(self, x, y, arms, color):
        middle, centre = (x + 0.5) * CELL_WIDTH, y * CELL_HEIGHT + 8.5
        left, right, up, down = arms
        for weight, from_, to in ((left, x * CELL_WIDTH, middle), (right, middle, (x + 1) * CELL_WIDTH)):
            if weight:
                self.path(color, from_, centre - weight / 2, to, centre + weight / 2)
        for weight, from_, to in ((up, y * CELL_HEIGHT, centre), (down, centre, (y + 1) * CELL_HEIGHT)):
            if weight:
                self.path(color, middle - weight / 2, from_, middle + weight / 2, to)

    def shape(self, x, y, text, style):
        left, top = x * CELL_WIDTH, y * CELL_HEIGHT
        if text in LINES:
            self.line(x, y, LINES[text], style[0])
        elif text in BLOCKS:
            a, b, c, d = BLOCKS[text]
            self.path(style[0], left + CELL_WIDTH * a / 8, top + CELL_HEIGHT * b / 8,
                      left + CELL_WIDTH * c / 8, top + CELL_HEIGHT * d / 8)
        elif text in SHADES:
            self.texts.append(self.rectangle(
                left, top, left + CELL_WIDTH, top + CELL_HEIGHT, style[0],
                ' fill-opacity="%s"' % SHADES[text]))
        else:
            name = self.dots.setdefault(text, "b%x" % (ord(text) - 0x2800))
            self.braille.append('<use href="#%s" x="%d" y="%d" fill="%s"/>' % (name, left, top, style[0]))

    def text(self, x, y, text, style, cells):
        self.texts.append('<text class="%s" x="%d" y="%d" textLength="%d">%s</text>' % (
            self.class_of(style), x * CELL_WIDTH, y * CELL_HEIGHT + BASELINE, cells * CELL_WIDTH,
            escape(text, quote=False)))

    def row(self, y, cells):
        """Pieces of one style; two blanks part them, and so does what is a shape."""
        x = 0
        while x < len(cells):
            text, style = cells[x]
            if is_shape(text):
                self.shape(x, y, text, style)
                x += 1
                continue
            end, piece = x, ""
            underlined = style[2] & UNDERLINE
            while end < len(cells) and not is_shape(cells[end][0]) and \
                    self.class_of(cells[end][1]) == self.class_of(style):
                piece += cells[end][0]
                end += 1
                if piece.endswith("  ") and not underlined:
                    break
            shown = piece if underlined else piece.strip(" ")
            if shown:
                before = 0 if underlined else len(piece) - len(piece.lstrip(" "))
                after = 0 if underlined else len(piece) - len(piece.rstrip(" "))
                self.text(x + before, y, shown, style, end - x - before - after)
            x = end

    def style_sheet(self):
        lines = ["text{font:%spx %s;white-space:pre}" % (FONT_SIZE, FONTS)]
        for (ink, flags), name in self.classes.items():
            rule = "fill:" + ink
            rule += ";font-weight:bold" if flags & BOLD else ""
            rule += ";fill-opacity:.6" if flags & DIM else ""
            rule += ";font-style:italic" if flags & ITALIC else ""
            rule += ";text-decoration:underline" if flags & UNDERLINE else ""
            lines.append(".%s{%s}" % (name, rule))
        return lines

    def dot_shapes(self):
        for text, name in sorted(self.dots.items()):
            path = ""
            for column, bits in enumerate(DOTS):
                for row, bit in enumerate(bits):
                    if (ord(text) - 0x2800) & bit:
                        path += "M%s %sh2v2h-2z" % (number(1 + 4 * column), number(1.5 + 4 * row))
            yield '<path id="%s" d="%s"/>' % (name, path)

    def draw(self, title):
        for y, cells in enumerate(self.screen):
            self.row(y, cells)
        columns, rows = len(self.screen[0]), len(self.screen)
        width = columns * CELL_WIDTH + 2 * MARGIN
        height = rows * CELL_HEIGHT + BAR + MARGIN
        yield '<svg xmlns="http://www.w3.org/2000/svg" width="%d" height="%d" viewBox="0 0 %d %d">' % (
            width, height, width, height)
        yield "<title>%s</title>" % escape(title, quote=False)
        yield "<style>"
        yield from self.style_sheet()
        yield "</style>"
        yield "<defs>"
        yield from self.dot_shapes()
        yield "</defs>"
        yield '<rect width="%d" height="%d" rx="8" fill="#0B0C0F"/>' % (width, height)
        yield '<rect x="1" y="1" width="%d" height="%d" rx="7" fill="%s"/>' % (width - 2, height - 2, self.paper)
        yield '<path d="M1 %dV8a7 7 0 0 1 7-7H%da7 7 0 0 1 7 7V%dz" fill="#33373F"/>' % (
            BAR - 6, width - 8, BAR - 6)
        for x, color in ((16, "#FF6159"), (34, "#FFBD2E"), (52, "#28C941")):
            yield '<circle cx="%d" cy="12.5" r="5" fill="%s"/>' % (x, color)
        yield '<text x="%d" y="17" text-anchor="middle" fill="#C6CAD2">%s</text>' % (
            width / 2, escape(title, quote=False))
        yield '<g transform="translate(%d %d)">' % (MARGIN, BAR)
        yield '<g shape-rendering="crispEdges">'
        yield from self.backgrounds()
        for color, paths in self.shapes.items():
            yield '<path fill="%s" d="%s"/>' % (color, "".join(paths))
        yield "</g>"
        yield from self.braille
        yield from self.texts
        yield "</g>"
        yield "</svg>"


def main():
    columns, rows, title = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3]
    text = sys.stdin.buffer.read().decode("utf-8")
    picture = Picture(read_screen(text, columns, rows))
    sys.stdout.buffer.write(("\n".join(picture.draw(title)) + "\n").encode("utf-8"))


main()
