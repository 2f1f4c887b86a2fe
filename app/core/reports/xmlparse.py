"""XML read by expat: no document type, no entities, bounded depth and tags, flaws survived."""

import re
from collections.abc import Callable, Iterator
from typing import NoReturn
from xml.parsers.expat import ExpatError, ParserCreate, XMLParserType

from app.core.errors import BadInput
from app.core.reports.limits import MB
from app.core.reports.source import Source

Start = Callable[[str, dict[str, str]], None]
End = Callable[[str], None]
Text = Callable[[str], None]

_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_REFERENCE = re.compile(r"&#(x[0-9a-fA-F]{1,8}|\d{1,10});")
_BARE_AND = re.compile(r"&(?!(?:#\d+|#x[0-9a-fA-F]+|amp|lt|gt|quot|apos);)")
_QUOTED = re.compile(r"(?<=[\w.-]=)(\"[^\"\n]*\"|'[^'\n]*')")
_DECLARATION = re.compile(r"^\s*<\?xml[^>]*\?>")
_EXPAT_NAMES = {"ascii": "us-ascii", "iso8859-1": "iso-8859-1"}  # others come decoded
PROBE = b"<flakeguard-probe/>"
OPEN_BYTES = 262_144  # of a tag without an end: from here on it is fed less and less often
_HANDLERS = (
    *("StartElementHandler", "EndElementHandler", "CharacterDataHandler"),
    *("StartCdataSectionHandler", "EndCdataSectionHandler"),
    *("StartDoctypeDeclHandler", "EntityDeclHandler"),
)
_TAIL = 4096  # characters held back, so that no tag or reference is repaired by halves


class NotWellFormed(Exception):
    """Strict reading met what XML forbids; the source is to be read again, repaired."""

    def __init__(self, reason: str, line: int) -> None:
        super().__init__(reason)
        self.reason = reason
        self.line = line


class XmlReader:
    """One walk through a source's XML; where it had to end early is left in `cut_at`."""

    def __init__(self, source: Source, *, start: Start, end: End) -> None:
        self.cut_at: int | None = None  # the line where reading had to stop
        self.cut_reason = ""
        self.roots = 1
        self.take: Callable[[str], None] | None = None  # gets the text in place of `feed`
        self.parser: XMLParserType
        self._source = source
        self._start, self._end = start, end
        self._fed = 0
        self._held: list[bytes] = []  # of a tag that goes on and on, not fed yet
        self._held_bytes = 0
        self._lines_before = 0
        self.taken: Callable[[], int] = int  # lines of `take` that `passed_lines` knows not yet
        self._in_cdata = False
        self._found_probe = False
        self._open()

    def listen(self, text: Text | None) -> None:
        """Hand over character data from here on, or stop doing so."""
        self.parser.CharacterDataHandler = text

    @property
    def line(self) -> int:
        """The line the parser stands in."""
        return self._line_of(self.parser.CurrentLineNumber)

    def _line_of(self, fed: int) -> int:
        """The report's line, of one of the lines that were fed."""
        return self._lines_before + self.taken() + fed

    def _open(self) -> None:
        plain = "utf-8" if self._source.repaired else self._source.encoding
        self.parser = parser = ParserCreate(_EXPAT_NAMES.get(plain, "utf-8"))
        parser.buffer_text = True
        parser.buffer_size = 65_536
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.StartCdataSectionHandler = self._enter_cdata
        parser.EndCdataSectionHandler = self._leave_cdata
        parser.StartDoctypeDeclHandler = self._refuse_doctype
        parser.EntityDeclHandler = self._refuse_doctype
        if hasattr(parser, "SetReparseDeferralEnabled"):
            parser.SetReparseDeferralEnabled(False)  # our pieces are large, and bounded
        self._fed = 0

    def _enter_cdata(self) -> None:
        self._in_cdata = True

    def _leave_cdata(self) -> None:
        self._in_cdata = False

    def feed(self, piece: str | bytes) -> None:
        """Parse the next piece, which must be in order where nothing was repaired."""
        if not piece:
            return
        if self._held or self._open_bytes > OPEN_BYTES:
            self._hold(piece.encode() if isinstance(piece, str) else piece)
            return
        self.parser.Parse(piece, False)
        self._fed += len(piece)

    @property
    def _open_bytes(self) -> int:
        """What was fed of the tag or text that the parser stands in."""
        return self._fed - self.parser.CurrentByteIndex

    def _hold(self, data: bytes) -> None:
        """Wait until what is open has doubled: expat reads it from its start with every piece."""
        self._held.append(data)
        self._held_bytes += len(data)
        if self._held_bytes >= self._open_bytes:
            self._feed_held()

    def _feed_held(self) -> None:
        if self._held:
            data = b"".join(self._held)
            self._held, self._held_bytes = [], 0
            self.parser.Parse(data, False)
            self._fed += len(data)

    def passed_lines(self, count: int) -> None:
        """Count lines that were taken without being fed."""
        self._lines_before += count

    def probe(self) -> bool:
        """Whether an element would count here: not within a comment, CDATA or a tag.

        To be asked only where the text goes on with a tag.
        """
        self._feed_held()
        if self._in_cdata:
            return False
        parser = self.parser
        self._found_probe = False
        parser.StartElementHandler, parser.EndElementHandler = self._on_probe, None
        try:
            parser.Parse(PROBE, False)
        finally:
            parser.StartElementHandler, parser.EndElementHandler = self._start, self._end
        self._fed += len(PROBE)
        return self._found_probe

    def _on_probe(self, tag: str, _: dict[str, str]) -> None:
        self._found_probe = True

    def _refuse_doctype(self, *_: object) -> NoReturn:
        raise BadInput(
            f"Line {self.line}: the report declares a document type or entities (DOCTYPE),"
            " which is not read because it can be used for attacks; remove the declaration.",
            line=self.line,
        )

    def walk(self) -> Iterator[None]:
        """Feed the parser chunk by chunk; yields after each, so that its results are taken up.

        To be done once.
        """
        try:
            yield from self._walk_repaired() if self._source.repaired else self._walk()
        finally:
            self._let_go()

    def _let_go(self) -> None:
        """Drop who listens: they hold this, so each report would wait for the garbage collector."""
        for handler in _HANDLERS:
            setattr(self.parser, handler, None)
        del self._start, self._end, self.take
        self.taken = int

    def _walk(self) -> Iterator[None]:
        try:
            for _ in self._feed_all():
                self._check_token()
                yield
            self._feed_held()
            self.parser.Parse(b"", True)
        except ExpatError as flaw:
            raise NotWellFormed(str(flaw), self._line_of(flaw.lineno)) from None
        except UnicodeDecodeError as flaw:
            raise NotWellFormed(f"{flaw.reason} in {flaw.encoding}", self.line) from None
        yield

    def _feed_all(self) -> Iterator[None]:
        if self.take is None and self._source.is_plain:
            for chunk in self._source.chunks():
                self.feed(chunk)
                yield
            return
        take = self.take or self.feed
        for piece in self._source.text(errors="strict"):
            take(piece)
            yield

    def _check_token(self) -> None:
        if self._open_bytes > self._source.limits.max_token:
            raise BadInput(
                f"Line {self.line}: a tag or text is longer than"
                f" {self._source.limits.max_token // MB} MB without an end; let the runner write"
                " shorter messages, or raise REPORT_MAX_TAG_MB.",
                line=self.line,
            )

    def _walk_repaired(self) -> Iterator[None]:
        for data in self._seldom(piece.encode() for piece in repaired(self._source.text())):
            while data:
                data = self._feed(data)
                if self.cut_at is not None:
                    return
            self._check_token()
            yield
        self._finish()
        yield

    def _seldom(self, pieces: Iterator[bytes]) -> Iterator[bytes]:
        """The pieces; those of a tag that goes on and on together, as in `_hold`."""
        for piece in pieces:
            self._held.append(piece)
            self._held_bytes += len(piece)
            if self._open_bytes <= OPEN_BYTES or self._held_bytes >= self._open_bytes:
                data, self._held, self._held_bytes = b"".join(self._held), [], 0
                yield data
        yield b"".join(self._held)

    def _feed(self, data: bytes) -> bytes:
        """Parse; returns what belongs to the next document where several were concatenated."""
        try:
            self.parser.Parse(data, False)
        except ExpatError as flaw:
            rest = self._next_document(data, flaw)
            if not rest:
                self.cut_at, self.cut_reason = self._lines_before + flaw.lineno, str(flaw)
            return rest
        self._fed += len(data)
        return b""

    def _next_document(self, data: bytes, flaw: ExpatError) -> bytes:
        junk = "junk" in str(flaw) or "not at start of" in str(flaw)
        at = self.parser.ErrorByteIndex - self._fed
        rest = data[at:].lstrip() if 0 <= at < len(data) else b""
        if not junk or not rest.startswith(b"<"):
            return b""
        self._lines_before += flaw.lineno - 1
        self.roots += 1
        self._open()
        return rest

    def _finish(self) -> None:
        try:
            self.parser.Parse(b"", True)
        except ExpatError as flaw:
            self.cut_at, self.cut_reason = self._lines_before + flaw.lineno, str(flaw)


def _allowed(found: re.Match[str]) -> str:
    digits = found.group(1)
    try:
        code = int(digits[1:], 16) if digits[0] == "x" else int(digits)
        known = not _FORBIDDEN.match(chr(code))
    except (ValueError, OverflowError):
        known = False
    return found.group(0) if known else "\ufffd"


def _mended(text: str) -> str:
    text = _FORBIDDEN.sub("\ufffd", text)
    text = _REFERENCE.sub(_allowed, text)
    text = _BARE_AND.sub("&amp;", text)
    return _QUOTED.sub(lambda found: found.group(0).replace("<", "&lt;"), text)


def repaired(pieces: Iterator[str]) -> Iterator[str]:
    """The text with what XML forbids replaced: control characters, bare `&`, `<` in attributes."""
    held, first = "", True
    for piece in pieces:
        held += piece
        if len(held) <= 2 * _TAIL:
            continue
        cut = held.rfind(">", 0, -_TAIL) + 1 or len(held) - _TAIL
        part, held = held[:cut], held[cut:]
        yield _begun(_mended(part)) if first else _mended(part)
        first = False
    yield _begun(_mended(held)) if first else _mended(held)


def _begun(text: str) -> str:
    """The beginning without its declaration and what stands before it, but for their lines."""
    body = _DECLARATION.sub("", text.lstrip())
    return "\n" * text.count("\n", 0, len(text) - len(body)) + body
