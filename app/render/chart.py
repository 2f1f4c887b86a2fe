"""A digest's chart: the failures of each day as bars, the flaky ones below, drawn as PNG.

Its figures are digits of our own; what its colours mean stands in the words beside it.
"""

from collections.abc import Sequence

from app.core.digests import DayOfFailures
from app.render.png import Canvas, Colour

WIDTH, HEIGHT = 720, 240  # pixels
LEFT, RIGHT, TOP, BOTTOM = 56, 12, 14, 30  # around the bars
SCALE = 2  # pixels of a dot of a digit
GLYPH_WIDTH, GLYPH_HEIGHT = 5, 7  # dots
GAP = 1  # dots between two digits
BETWEEN = 0.3  # of a day's place, left free beside its bar
DATES_AT_MOST = 7

WHITE, LINE, INK, AMBER, RED = range(5)
COLOURS: tuple[Colour, ...] = (
    (255, 255, 255),
    (229, 231, 235),
    (75, 85, 99),
    (234, 179, 8),
    (220, 38, 38),
)

GLYPHS = {
    "0": ("01110", "10001", "10011", "10101", "11001", "10001", "01110"),
    "1": ("00100", "01100", "00100", "00100", "00100", "00100", "01110"),
    "2": ("01110", "10001", "00001", "00110", "01000", "10000", "11111"),
    "3": ("01110", "10001", "00001", "00110", "00001", "10001", "01110"),
    "4": ("00010", "00110", "01010", "10010", "11111", "00010", "00010"),
    "5": ("11111", "10000", "11110", "00001", "00001", "10001", "01110"),
    "6": ("00110", "01000", "10000", "11110", "10001", "10001", "01110"),
    "7": ("11111", "00001", "00010", "00100", "01000", "01000", "01000"),
    "8": ("01110", "10001", "10001", "01110", "10001", "10001", "01110"),
    "9": ("01110", "10001", "10001", "01111", "00001", "00010", "01100"),
    "-": ("00000", "00000", "00000", "11111", "00000", "00000", "00000"),
}


def failures_chart(days: Sequence[DayOfFailures]) -> bytes:
    """The failures of each day, oldest first, as a PNG picture."""
    canvas = Canvas(WIDTH, HEIGHT)
    most = round_up(max((one.flaky + one.other for one in days), default=1))
    _grid(canvas, most)
    place = (WIDTH - LEFT - RIGHT) / max(1, len(days))
    each = max(1, -(-len(days) // DATES_AT_MOST))
    for number, day in enumerate(days):
        x = LEFT + round(number * place)
        _bar(canvas, day, x, max(1, round(place * (1 - BETWEEN))), most=most)
        if number % each == 0:
            _write(canvas, f"{day.day:%m-%d}", x, HEIGHT - BOTTOM + 8)
    return canvas.png(COLOURS)


def round_up(number: int) -> int:
    """The next of 1, 2, 5, 10, 20, 50 and so on: where an axis ends. At least 1."""
    step = 1
    while True:
        for times in (1, 2, 5):
            if step * times >= number:
                return step * times
        step *= 10


def _grid(canvas: Canvas, most: int) -> None:
    """A line at the bottom, in the middle and on top, each with its number."""
    for number in sorted({0, most // 2, most}):
        y = _height_of(number, most)
        canvas.fill(LEFT, y, WIDTH - LEFT - RIGHT, 1, LINE if number else INK)
        label = str(number)
        x = LEFT - 8 - _width_of(label)
        _write(canvas, label, x, y - GLYPH_HEIGHT * SCALE // 2)


def _bar(canvas: Canvas, day: DayOfFailures, x: int, width: int, *, most: int) -> None:
    flaky, whole = _height_of(day.flaky, most), _height_of(day.flaky + day.other, most)
    canvas.fill(x, whole, width, flaky - whole, RED)
    canvas.fill(x, flaky, width, _height_of(0, most) - flaky, AMBER)


def _height_of(number: int, most: int) -> int:
    """How far down a number lies."""
    return TOP + round((HEIGHT - TOP - BOTTOM) * (1 - number / most))


def _width_of(text: str) -> int:
    return (len(text) * (GLYPH_WIDTH + GAP) - GAP) * SCALE


def _write(canvas: Canvas, text: str, x: int, y: int) -> None:
    for place, character in enumerate(text):
        left = x + place * (GLYPH_WIDTH + GAP) * SCALE
        for down, dots in enumerate(GLYPHS[character]):
            for right, dot in enumerate(dots):
                if dot == "1":
                    canvas.fill(left + right * SCALE, y + down * SCALE, SCALE, SCALE, INK)
