"""Bodies with reports in them: raw, multipart or zip, plain or gzip, never longer than allowed."""

import zlib
from collections.abc import AsyncGenerator, Iterable
from dataclasses import dataclass
from tempfile import SpooledTemporaryFile
from typing import BinaryIO, cast

from anyio.lowlevel import checkpoint
from starlette.datastructures import FormData, UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser
from starlette.requests import Request

from app.api.answers import BodyTooLarge
from app.core.errors import BadInput
from app.core.reports.texts import clean
from app.services.uploads.handed_in import HandedFile

MB = 1024 * 1024
SPOOL_BYTES = MB  # of a body, before it goes to a file without a name
UNPACKED = 20  # times the limit that a gzip body may unpack to; reports shrink to a tenth
MOST_FILES = 1_000  # of one request
MOST_FIELDS = 50
FIELD_BYTES = 8 * 1024
NAME_LENGTH = 400  # characters of a file's name
RAW_NAME = "upload"  # what a body without a name is called
GZIP_BITS = 31  # zlib's for a window of 32 kB within gzip's own header
PADDING = b"\0"  # may stand behind a gzip's members
GZIP = frozenset({"gzip", "x-gzip"})
EMPTY = "The body is empty; send the runner's report in it, as curl --data-binary @FILE does."

Pair = tuple[str, str]
Chunks = AsyncGenerator[bytes, None]


@dataclass(frozen=True, slots=True)
class Body:
    """What a request brought. The files are open; whoever has them closes them."""

    files: tuple[HandedFile, ...]
    fields: tuple[Pair, ...]

    def close(self) -> None:
        """Let go of the files."""
        for one in self.files:
            one.file.close()


async def body_of(request: Request, *, limit: int) -> Body:
    """The files and form fields of a request.

    Raises BodyTooLarge above `limit` bytes, whether or not its length was announced, and
    BadInput for what cannot be taken apart.
    """
    announced = request.headers.get("content-length", "")
    if announced.isascii() and announced.isdigit() and int(announced) > limit:
        raise too_large(limit)
    stream = _limited(request.stream(), limit)
    encoding = request.headers.get("content-encoding", "identity").strip().lower()
    if encoding in GZIP:
        stream = _unpacked(stream, limit * UNPACKED)
    elif encoding not in {"", "identity"}:
        raise BadInput("The body's Content-Encoding is not one we read; use gzip, or none.")
    if request.headers.get("content-type", "").lower().startswith("multipart/form-data"):
        return await _multipart(request, stream)
    return await _raw(stream)


def too_large(limit: int) -> BodyTooLarge:
    """The refusal of a body above the limit."""
    return BodyTooLarge(
        f"The body is larger than the {limit // MB} MB allowed; send fewer reports at a time, "
        "pack them as zip or gzip, or raise UPLOAD_MAX_MB."
    )


async def _limited(chunks: Chunks, limit: int) -> Chunks:
    seen = 0
    async for chunk in chunks:
        seen += len(chunk)
        if seen > limit:
            raise too_large(limit)
        yield chunk


async def _unpacked(chunks: Chunks, most: int) -> Chunks:
    """A gzip stream's content, of all its members; what it unpacks to is counted as it comes."""
    unpacker = zlib.decompressobj(wbits=GZIP_BITS)
    seen = 0
    async for chunk in chunks:
        if unpacker.eof:
            chunk = chunk.lstrip(PADDING)
        while chunk:
            if unpacker.eof:  # as of gzip files that were joined: another one begins
                unpacker = zlib.decompressobj(wbits=GZIP_BITS)
            try:
                piece = unpacker.decompress(chunk, MB)
            except zlib.error:
                raise BadInput("The body is no gzip, as its Content-Encoding says.") from None
            seen += len(piece)
            if seen > most:
                raise BodyTooLarge(
                    f"The body unpacks to more than {most // MB} MB; send fewer reports at a time."
                )
            yield piece
            chunk = unpacker.unused_data.lstrip(PADDING) or unpacker.unconsumed_tail
            await checkpoint()
    if not unpacker.eof:
        raise BadInput("The body's gzip is cut short; send it again.")


class _WholeParser(MultiPartParser):
    """Takes whole bodies only: Starlette's own takes what there is of one that was cut short."""

    has_ended = False

    def on_end(self) -> None:
        self.has_ended = True

    async def parse(self) -> FormData:
        self.stream = self._to_its_end(self.stream)
        return await super().parse()

    async def _to_its_end(self, chunks: Chunks) -> Chunks:
        async for chunk in chunks:
            yield chunk
        if not self.has_ended:  # said from within, so that the parser closes its files
            raise BadInput("The multipart body is cut short; send it again.")


async def _multipart(request: Request, stream: Chunks) -> Body:
    parser = _WholeParser(
        request.headers,
        stream,
        max_files=MOST_FILES,
        max_fields=MOST_FIELDS,
        max_part_size=FIELD_BYTES,
    )
    try:
        form = await parser.parse()
    except MultiPartException as error:
        raise BadInput(f"The multipart body cannot be taken apart: {error.message}") from None
    parts = form.multi_items()
    files = tuple(_file(part) for _, part in parts if isinstance(part, UploadFile))
    if not files:
        raise BadInput(
            "The multipart body holds no file; send each report as curl --form report=@FILE does."
        )
    return Body(files, tuple(_fields(parts)))


def _fields(parts: Iterable[tuple[str, UploadFile | str]]) -> Iterable[Pair]:
    for name, value in parts:
        if isinstance(value, str):
            yield name, value


def _file(part: UploadFile) -> HandedFile:
    name = clean(part.filename or RAW_NAME)[:NAME_LENGTH]
    return HandedFile(name, part.file, part.size or 0)


async def _raw(stream: Chunks) -> Body:
    spool = SpooledTemporaryFile(max_size=SPOOL_BYTES)  # noqa: SIM115 -- handed on, open
    size = 0
    try:
        async for chunk in stream:
            size += len(chunk)
            spool.write(chunk)
        if not size:
            raise BadInput(EMPTY)
    except BaseException:
        spool.close()
        raise
    return Body((HandedFile(RAW_NAME, cast(BinaryIO, spool), size),), ())
