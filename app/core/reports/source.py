"""The bytes of one report, readable twice, whatever their encoding or packing."""

import codecs
import gzip
import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from io import SEEK_END
from itertools import islice
from typing import BinaryIO, cast

from app.core.errors import BadInput
from app.core.reports.limits import MB, Limits

CHUNK = 65_536  # bytes read at once
FIRST_CHUNK = 8_192  # less at first: so that the first cases are not waited for
SMALL_CHUNK = 32_768  # nor the last ones of a small report
LAST_SHARE = 4  # of what was read, the most that is read at once beyond that
HEAD = 65_536  # bytes a format is recognised by
BEFORE = 4_096  # bytes of other lines that may stand before a report
BEGINNINGS = 20  # looked at among them
_GZIP = b"\x1f\x8b"
_ZIP = (b"PK\x03\x04", b"PK\x05\x06")
_BOMS = (  # the longer ones first: UTF-32 begins like UTF-16
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_DECLARED = re.compile(rb"""^\s*<\?xml[^>]{0,200}?encoding\s*=\s*["']([A-Za-z0-9._-]{1,40})["']""")

_DECLARATION = re.compile(rb"[ \t]*<\?xml[^>]{0,200}\?>")
_BEGINNING = re.compile(  # of a report, on a line of its own
    rb"^[ \t]*(?=<\?xml\s|<(?:testsuites?|TestRun|test-run|test-results|assembl(?:ies|y))[\s>]"
    rb"|<robot\s|[{\[]\s*[\"{\[\r\n])",
    re.MULTILINE,
)
_PROLOGUE = re.compile(r"<!--.*?-->|<\?.*?\?>|<!DOCTYPE[^\[>]*(?:\[.*?\]\s*)?>", re.DOTALL)
_LEADING = re.compile(rf"(?:\s++|{_PROLOGUE.pattern})*+", re.DOTALL)
_JSON_TOKEN = re.compile(r'[{}\[\]]|"((?:[^"\\]|\\.)*)"\s*:?')
_ROOT = re.compile(r"<(?:[\w.-]+:)?([A-Za-z_][\w.-]*)")


@dataclass(frozen=True, slots=True)
class Head:
    """The beginning of a report, by which its format is recognised."""

    text: str  # decoded as well as can be, without byte order mark and leading space
    keys: frozenset[str]  # of the first JSON object, as far as they can be seen

    @property
    def is_xml(self) -> bool:
        """Whether it begins like XML."""
        return self.text.startswith("<")

    @property
    def root(self) -> str:
        """The local name of the first element, "" when there is none."""
        begun = _LEADING.match(self.text)
        at = begun.end() if begun else 0
        found = _ROOT.match(self.text, at) or _ROOT.search(_PROLOGUE.sub("", self.text))
        return found.group(1) if found else ""


def _encoding(head: bytes) -> str:
    """The encoding the bytes are in: by mark, by where the NULs lie, by what they declare."""
    for mark, name in _BOMS:
        if head.startswith(mark):
            return name
    if head[:1] and head[1:2] == b"\0" and head[:1] != b"\0":
        return "utf-16-le"
    if head[:1] == b"\0" and head[1:2] not in (b"", b"\0"):
        return "utf-16-be"
    declared = _DECLARED.match(head)
    if declared is None:
        return "utf-8"
    try:
        name = codecs.lookup(declared.group(1).decode()).name
    except LookupError:
        return "utf-8"
    return "utf-8" if name.startswith(("utf-16", "utf-32")) else name  # the bytes say otherwise


def _decoded(head: bytes) -> tuple[str, Head]:
    """The encoding of a report's first bytes, and what they say."""
    encoding = _encoding(head)
    encoding = encoding if _is_text_codec(encoding) else "utf-8"
    text = codecs.getincrementaldecoder(encoding)("replace").decode(head)
    text = text.lstrip("\ufeff \t\r\n")
    return encoding, Head(text, frozenset(_first_keys(text)))


def _first_keys(text: str) -> Iterator[str]:
    """The keys of the first JSON object, itself perhaps in an array."""
    if text[:1] not in ("{", "["):
        return
    depth, wanted = 0, 0
    for token in _JSON_TOKEN.finditer(text):
        char = token.group()[0]
        if char in "{[":
            depth += 1
            wanted = wanted or (depth if char == "{" else 0)
        elif char in "}]":
            depth -= 1
            if depth < wanted or depth == 0:
                return
        elif depth == wanted and token.group(1) is not None and text[token.end() - 1] == ":":
            yield token.group(1)


def _is_text_codec(name: str) -> bool:
    try:
        return isinstance(codecs.getincrementaldecoder(name)().decode(b"a"), str)
    except (LookupError, UnicodeError, ValueError, TypeError):
        return False


class Source:
    """One report's bytes: counted against the limits, decoded, and rewound for a second pass."""

    def __init__(self, file: BinaryIO, limits: Limits) -> None:
        self.limits = limits
        self.repaired = False  # from the second look on, when the first met what XML forbids
        self.left_out = 0  # lines before the report
        self._begin = 0
        self._start = b""
        self._file = file
        magic = self._look(file, len(_ZIP[0]))
        if magic in _ZIP:
            raise BadInput("This is a zip archive, not a report; hand it over as an archive.")
        if magic.startswith(_GZIP):
            self._packed = self._size(file)
            file.seek(0)
            self._file = cast(BinaryIO, gzip.GzipFile(fileobj=file, mode="rb"))
        else:
            self._packed = 0
            self._check_size(self._size(file))
        head = self._read_head()
        if not head.strip(b"\0 \t\r\n"):
            raise BadInput("The report is empty: the file has no content.", line=1)
        self.encoding, self.head = _decoded(head)
        self._start = head

    @property
    def is_plain(self) -> bool:
        """Whether a parser may take the bytes as they are."""
        return self.encoding in ("utf-8", "utf-8-sig", "ascii", "iso8859-1")

    def later_beginnings(self) -> Iterator[Head]:
        """Where else a report may begin: after a few lines that a tool printed before it.

        Asking for the next takes the one before back; the last one asked for counts.
        """
        if not self.is_plain or self.head.is_xml or self.head.keys:
            return  # it is a document itself, and what stands within it no report
        found = _BEGINNING.finditer(self._start, 1, min(len(self._start), BEFORE))
        for beginning in islice(found, BEGINNINGS):
            self._begin = beginning.start()
            self.encoding, self.head = _decoded(self._start[self._begin :])
            declared = _DECLARATION.match(self._start, self._begin)
            if declared and self.encoding == "utf-8":
                self._begin = declared.end()  # it may stand nowhere but at the very beginning
            self.left_out = self._start.count(b"\n", 0, beginning.start())
            yield self.head

    @staticmethod
    def _look(file: BinaryIO, count: int) -> bytes:
        file.seek(0)
        return file.read(count)

    @staticmethod
    def _size(file: BinaryIO) -> int:
        file.seek(0, SEEK_END)
        return file.tell()

    def _check_size(self, size: int) -> None:
        if size > self.limits.max_bytes:
            raise BadInput(
                f"The report is larger than the {self.limits.max_bytes // MB} MB allowed;"
                " split it, or raise REPORT_MAX_MB."
            )

    def _read_head(self) -> bytes:
        parts: list[bytes] = []
        size = 0
        for chunk in self.chunks():
            parts.append(chunk)
            size += len(chunk)
            if size >= HEAD:
                break
        return b"".join(parts)[:HEAD]

    def chunks(self) -> Iterator[bytes]:
        """The bytes from the beginning, a chunk at a time, within the limits."""
        self._file.seek(self._begin)
        seen, size = 0, FIRST_CHUNK
        if self._begin:
            yield b"\n" * self._start.count(
                b"\n", 0, self._begin
            )  # so that lines keep their numbers
        while True:
            try:
                chunk = self._file.read(size)
            except (EOFError, zlib.error, gzip.BadGzipFile):
                if seen:
                    return  # cut short: what was unpacked counts, the parser says where it ends
                raise BadInput("The gzip file is damaged; pack it again.") from None
            if not chunk:
                return
            seen += len(chunk)
            size = min(2 * size, max(SMALL_CHUNK, seen // LAST_SHARE), CHUNK)
            self._check_size(seen)
            if self._packed and seen > max(MB, self._packed * self.limits.max_ratio):
                raise BadInput(
                    f"The gzip file unpacks to more than {self.limits.max_ratio} times its size,"
                    " which no report does; send it as it is, or raise ARCHIVE_MAX_RATIO."
                )
            yield chunk

    def text(self, *, errors: str = "replace") -> Iterator[str]:
        """The text from the beginning, undecodable bytes replaced unless told otherwise."""
        decoder = codecs.getincrementaldecoder(self.encoding)(errors)
        first = True
        for chunk in self.chunks():
            piece = decoder.decode(chunk)
            if first:
                piece, first = piece.lstrip("\ufeff"), False
            if piece:
                yield piece
        if rest := decoder.decode(b"", True):
            yield rest

    def lines(self) -> Iterator[tuple[int, str]]:
        """Every line with its number from 1; one that is too long is cut, not kept waiting."""
        number, rest = 1, ""
        for piece in self.text():
            *whole, rest = (rest + piece).split("\n")
            for line in whole:
                yield number, line.removesuffix("\r")
                number += 1
            if len(rest) > self.limits.max_item:
                raise BadInput(
                    f"Line {number} is longer than {self.limits.max_item // MB} MB; let the runner"
                    " write less output into it, or raise REPORT_MAX_VALUE_MB.",
                    line=number,
                )
        if rest:
            yield number, rest.removesuffix("\r")
