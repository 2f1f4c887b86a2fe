"""XML as coverage tools write it: with a document type, which is passed over and never fetched."""

from collections.abc import Callable
from typing import NoReturn
from xml.parsers.expat import ExpatError, ParserCreate

from app.core.errors import BadInput
from app.core.reports.limits import MB, Limits
from app.core.reports.source import Source

Start = Callable[[str, dict[str, str]], None]
End = Callable[[str], None]


def walk(source: Source, *, start: Start, end: End) -> None:
    """Call `start` and `end` for every element.

    Raises BadInput for what is not well-formed, nested too deeply, or declares anything itself:
    tools only ever name the document type's address.
    """
    walker = _Walker(source.limits, start, end)
    try:
        for chunk in source.chunks():
            walker.feed(chunk)
        walker.parser.Parse(b"", True)
    except ExpatError as flaw:
        reason = str(flaw).split(":")[0]
        raise BadInput(
            f"The coverage file cannot be read ({reason}, line {flaw.lineno}).", line=flaw.lineno
        ) from None


class _Walker:
    """Expat's callbacks, within the limits."""

    def __init__(self, limits: Limits, start: Start, end: End) -> None:
        self.parser = ParserCreate()
        self.parser.StartElementHandler = self._opened
        self.parser.EndElementHandler = self._closed
        self.parser.StartDoctypeDeclHandler = self._doctype
        self.parser.EntityDeclHandler = self._entity
        self._limits, self._start, self._end = limits, start, end
        self._depth = self._fed = 0

    def feed(self, chunk: bytes) -> None:
        self.parser.Parse(chunk, False)
        self._fed += len(chunk)
        if self._fed - self.parser.CurrentByteIndex > self._limits.max_token:
            self._refuse(f"has a tag longer than {self._limits.max_token // MB} MB")

    def _opened(self, tag: str, attributes: dict[str, str]) -> None:
        self._depth += 1
        if self._depth > self._limits.max_depth:
            self._refuse(f"nests elements deeper than {self._limits.max_depth}")
        self._start(tag, attributes)

    def _closed(self, tag: str) -> None:
        self._depth -= 1
        self._end(tag)

    def _doctype(self, _name: str, _system: object, _public: object, has_own: int) -> None:
        if has_own:
            self._refuse("declares entities or elements of its own, which is not read")

    def _entity(self, *_: object) -> None:
        self._refuse("declares an entity, which is not read")

    def _refuse(self, why: str) -> NoReturn:
        line = self.parser.CurrentLineNumber
        raise BadInput(f"Line {line}: the coverage file {why}.", line=line)
