"""JSON read value by value: of a large document only the piece that is looked at is in memory."""

import json
from collections.abc import Iterable, Iterator
from json import JSONDecodeError

from app.core.errors import BadInput
from app.core.reports.ledger import Ledger
from app.core.reports.limits import MB
from app.core.reports.source import Source

Path = tuple[str, ...]
EACH = "*"  # in a path: every element of an array
NEAR_END = 32  # characters before the end of what is read in which an error may be an unread rest
MAX_DESCENT = 100  # containers walked into; what is asked for lies within the first ten

_DECODER = json.JSONDecoder(strict=False)  # control characters in strings are cleaned later
_SPACE = " \t\r\n"


class _Cut(Exception):
    """The text ended, or stopped being JSON."""


class JsonStream:
    """The wanted values of one document, in its order; where it broke off is left in `cut_at`."""

    def __init__(self, source: Source, wanted: Iterable[Path]) -> None:
        self.cut_at: int | None = None
        self.cut_reason = ""
        self._limits = source.limits
        self._pieces = source.text()
        self._wanted = frozenset(wanted)
        self._open = frozenset(path[:n] for path in self._wanted for n in range(len(path)))
        self._text = ""
        self._at = 0
        self._at_end = False
        self._line = 1

    def __iter__(self) -> Iterator[tuple[Path, object]]:
        try:
            yield from self._value(())
        except _Cut as cut:
            self.cut_at = self._line + self._text.count("\n", 0, self._at)
            self.cut_reason = str(cut)

    def _fill(self, least: int = 1) -> bool:
        """Read on, dropping what was taken; False at the end."""
        if self._at_end:
            return False
        self._line += self._text.count("\n", 0, self._at)
        parts, size = [self._text[self._at :]], 0
        while size < least:
            piece = next(self._pieces, None)
            if piece is None:
                self._at_end = True
                break
            parts.append(piece)
            size += len(piece)
        self._text, self._at = "".join(parts), 0
        return size > 0

    def _peek(self) -> str:
        """The next character that is no space."""
        while True:
            while self._at < len(self._text):
                char = self._text[self._at]
                if char not in _SPACE and char != "\ufeff":
                    return char
                self._at += 1
            if not self._fill():
                raise _Cut("it ends early")

    def _whole(self) -> object:
        """The next value, read as a whole."""
        self._peek()
        least = 65_536
        while True:
            value, is_complete = self._try_whole()
            if is_complete:
                return value
            if not self._fill(least):
                continue
            least *= 2
            if len(self._text) > self._limits.max_item:
                line = self._line
                raise BadInput(
                    f"Line {line}: a single value of the report is larger than"
                    f" {self._limits.max_item // MB} MB; raise REPORT_MAX_VALUE_MB if it must be.",
                    line=line,
                )

    def _try_whole(self) -> tuple[object, bool]:
        try:
            value, end = _DECODER.raw_decode(self._text, self._at)
        except JSONDecodeError as flaw:
            unread = flaw.msg.startswith("Unterminated") or flaw.pos >= len(self._text) - NEAR_END
            if self._at_end or not unread:
                self._at = max(self._at, min(flaw.pos, len(self._text)))
                raise _Cut(flaw.msg) from None
            return None, False
        except RecursionError:
            raise BadInput(
                f"Line {self._line}: values are nested too deeply to be a report.", line=self._line
            ) from None
        except ValueError:  # an integer of thousands of digits
            raise _Cut("a number is too long") from None
        if end == len(self._text) and not self._at_end:
            return None, False  # a number may go on
        self._at = end
        return value, True

    def _value(self, path: Path) -> Iterator[tuple[Path, object]]:
        char = self._peek()
        if path in self._wanted:
            yield path, self._whole()
        elif path not in self._open or len(path) > MAX_DESCENT:
            self._skip(char)
        elif char == "{":
            yield from self._members(path)
        elif char == "[":
            yield from self._elements(path)
        else:
            self._whole()

    def _members(self, path: Path) -> Iterator[tuple[Path, object]]:
        self._at += 1
        while self._peek() != "}":
            key = self._whole()
            if self._peek() != ":":
                raise _Cut("a colon is missing")
            self._at += 1
            yield from self._value((*path, str(key)))
            self._comma("}")
        self._at += 1

    def _elements(self, path: Path) -> Iterator[tuple[Path, object]]:
        self._at += 1
        while self._peek() != "]":
            yield from self._value((*path, EACH))
            self._comma("]")
        self._at += 1

    def _comma(self, end: str) -> None:
        char = self._peek()
        if char == ",":
            self._at += 1
        elif char != end:
            raise _Cut("a comma is missing")

    def _skip(self, char: str) -> None:
        """Pass over a value nobody wants, however large it is."""
        if char not in "{[":
            self._whole()
            return
        depth = 0
        while True:
            char = self._peek()
            if char == '"':
                self._whole()
                continue
            depth += (char in "{[") - (char in "}]")
            self._at += 1
            if depth == 0:
                return


def finish(stream: JsonStream, ledger: Ledger) -> None:
    """Say where a document broke off; refuse it when nothing was read before that."""
    line = stream.cut_at
    if line is None:
        return
    if not ledger.listed:
        raise BadInput(
            f"The JSON cannot be read ({stream.cut_reason}, line {line}) and holds no case before"
            " that; let the runner write the report again.",
            line=line,
        )
    ledger.notes.lacks(
        f"The report ends early or is damaged at line {line}; the cases before it were kept."
    )
