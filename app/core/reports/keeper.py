"""Text gathered piece by piece, never more than is going to be kept."""

from app.core.reports.texts import SLACK_CHARS


class TextKeeper:
    """The beginning of a text, or its end, however long it is."""

    __slots__ = ("_from_end", "_limit", "_pieces", "_size")

    def __init__(self, limit: int, *, keep_end: bool = False) -> None:
        self._limit = limit + 2 * SLACK_CHARS
        self._from_end = keep_end
        self._pieces: list[str] = []
        self._size = 0

    def add(self, piece: str) -> None:
        """Take the next piece."""
        if self._from_end:
            self._pieces.append(piece)
            self._size += len(piece)
            if self._size > 2 * self._limit:
                self._pieces = [self.text()]
                self._size = len(self._pieces[0])
        elif self._size < self._limit:
            self._pieces.append(piece[: self._limit - self._size])
            self._size += len(self._pieces[-1])

    def text(self) -> str:
        """What was gathered."""
        whole = "".join(self._pieces)
        return whole[-self._limit :] if self._from_end else whole
