"""A digest's chart: a PNG that any reader takes, whose bars are as high as their numbers."""

import struct
import zlib
from collections.abc import Iterator
from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.digests import DayOfFailures
from app.render.chart import (
    AMBER,
    BOTTOM,
    COLOURS,
    HEIGHT,
    INK,
    RED,
    TOP,
    WIDTH,
    failures_chart,
    round_up,
)
from app.render.png import SIGNATURE

FIRST = date(2026, 10, 22)
INSIDE = HEIGHT - TOP - BOTTOM  # pixels of the highest bar


def days(*told: tuple[int, int]) -> list[DayOfFailures]:
    return [DayOfFailures(FIRST + timedelta(nth), *one) for nth, one in enumerate(told)]


def chunks(picture: bytes) -> Iterator[tuple[bytes, bytes]]:
    """The parts of a PNG, each with its checksum looked at."""
    assert picture.startswith(SIGNATURE)
    at = len(SIGNATURE)
    while at < len(picture):
        (length,) = struct.unpack_from(">I", picture, at)
        kind, content = picture[at + 4 : at + 8], picture[at + 8 : at + 8 + length]
        (crc,) = struct.unpack_from(">I", picture, at + 8 + length)
        assert crc == zlib.crc32(kind + content)
        yield kind, content
        at += 12 + length


def pixels(picture: bytes) -> list[bytes]:
    """The rows, as indexes of the palette."""
    parts = dict(chunks(picture))
    assert list(parts) == [b"IHDR", b"PLTE", b"IDAT", b"IEND"]
    assert struct.unpack(">IIBBBBB", parts[b"IHDR"]) == (WIDTH, HEIGHT, 8, 3, 0, 0, 0)
    assert parts[b"PLTE"] == b"".join(map(bytes, COLOURS))
    raw = zlib.decompress(parts[b"IDAT"])
    rows = [raw[at : at + WIDTH + 1] for at in range(0, len(raw), WIDTH + 1)]
    assert len(rows) == HEIGHT
    assert {row[0] for row in rows} == {0}
    return [row[1:] for row in rows]


def heights(picture: bytes, colour: int) -> list[int]:
    """How high the bars of a colour are, from left to right."""
    rows = pixels(picture)
    columns = [sum(row[x] == colour for row in rows) for x in range(WIDTH)]
    found = [columns[0]] if columns[0] else []
    for before, here in pairwise(columns):
        if here and here != before:
            found.append(here)
    return found


def test_bars_are_as_high_as_their_numbers() -> None:
    picture = failures_chart(days((10, 0), (5, 5), (0, 2)))

    assert heights(picture, AMBER) == [INSIDE, round(INSIDE / 2)]
    assert heights(picture, RED) == [round(INSIDE / 2), round(INSIDE / 5)]


def test_a_month_fits_and_is_small() -> None:
    picture = failures_chart(days(*[(number, 3) for number in range(31)]))

    assert len(heights(picture, AMBER)) == 30
    assert len(picture) < 5_000
    assert any(INK in row for row in pixels(picture)[-BOTTOM:])


@pytest.mark.parametrize(
    ("number", "top"), [(0, 1), (1, 1), (3, 5), (5, 5), (6, 10), (11, 20), (21, 50), (501, 1000)]
)
def test_an_axis_ends_at_a_round_number(number: int, top: int) -> None:
    assert round_up(number) == top


@given(st.lists(st.tuples(st.integers(0, 10**6), st.integers(0, 10**6)), max_size=60))
def test_any_days_make_a_picture(told: list[tuple[int, int]]) -> None:
    rows = pixels(failures_chart(days(*told)))

    assert {colour for row in rows for colour in row} <= set(range(len(COLOURS)))
