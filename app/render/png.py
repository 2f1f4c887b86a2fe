"""A picture as PNG: a grid of palette indexes, written by the book and no library."""

import struct
import zlib
from collections.abc import Sequence

SIGNATURE = b"\x89PNG\r\n\x1a\n"
PALETTE, DEPTH = 3, 8  # colour type and bits of a pixel. Source: PNG (W3C), 11.2.1
Colour = tuple[int, int, int]  # red, green, blue: 0 to 255 each


class Canvas:
    """Pixels, all of the first colour at first; what lies outside is not drawn."""

    def __init__(self, width: int, height: int) -> None:
        self.width, self.height = width, height
        self.rows = [bytearray(width) for _ in range(height)]

    def fill(self, x: int, y: int, width: int, height: int, colour: int) -> None:
        """Fill a rectangle with the colour of this index in the palette."""
        left, right = max(0, x), min(self.width, x + width)
        if right <= left:
            return
        for row in self.rows[max(0, y) : max(0, y + height)]:
            row[left:right] = bytes([colour]) * (right - left)

    def png(self, palette: Sequence[Colour]) -> bytes:
        """The picture in these colours."""
        header = struct.pack(">IIBBBBB", self.width, self.height, DEPTH, PALETTE, 0, 0, 0)
        pixels = b"".join(b"\0" + bytes(row) for row in self.rows)  # no filter, a row each
        colours = b"".join(bytes(one) for one in palette)
        parts = ((b"IHDR", header), (b"PLTE", colours), (b"IDAT", zlib.compress(pixels, 9)))
        return SIGNATURE + b"".join(_chunk(*one) for one in (*parts, (b"IEND", b"")))


def _chunk(kind: bytes, content: bytes) -> bytes:
    checked = kind + content
    return struct.pack(">I", len(content)) + checked + struct.pack(">I", zlib.crc32(checked))
