"""The reports of a zip that is too large as a whole: a smaller zip with those members alone.

They are copied as they are packed, so that what holds for a whole archive is checked when the
smaller one is read. The large one is read here and there, and never to its end.
"""

import re
import struct
from collections.abc import Sequence
from typing import BinaryIO
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipInfo

from app.core.errors import BadInput
from app.core.reports.archive import LIKE_REPORT, may_be_read, opened_zip
from app.core.reports.limits import MB, Limits
from app.core.reports.zipcheck import check_members

CHUNK = 4 * MB  # bytes copied at a time: the source may be far away
LOCAL = struct.Struct("<4sHHHHHLLLHH")  # of a member's own header
ENTRY = struct.Struct("<4sHHHHHHLLLHHHHHLL")  # of the directory
END = struct.Struct("<4sHHHHLLH")
LOCAL_SIGNATURE, ENTRY_SIGNATURE, END_SIGNATURE = b"PK\x03\x04", b"PK\x01\x02", b"PK\x05\x06"
VERSION = 20  # of the format: what deflated members need
UTF8 = 0x800  # how names are written
MIDNIGHT, FIRST_DAY = 0, 0x21  # 1 January 1980: nothing here rests on a member's date
LARGEST = 0xFFFFFFFE  # bytes, and offsets, that the plain format can tell
MOST_MEMBERS = 0xFFFE  # likewise

_REPORT_KIND = re.compile(r"\.(?:xml|trx|tap|jsonl|ndjson|json)$", re.IGNORECASE)


def excerpt(file: BinaryIO, into: BinaryIO, *, limits: Limits, most: int) -> int:
    """Write a zip of the members that may be reports; how many there are.

    Where all that may be reports have more than `most` bytes together, as they are packed, it is
    those whose names say so. Raises BadInput where these are too many too, or must not be read.
    """
    with opened_zip(file, limits) as archive:
        files = [member for member in archive.infolist() if not member.is_dir()]
        chosen = sorted(_chosen(files, most), key=lambda member: member.header_offset)
        check_members(chosen, limits)
        entries = [_copy(file, member, into) for member in chosen]
    begin = into.tell()
    into.writelines(entries)
    size = into.tell() - begin
    count = len(entries)
    into.write(END.pack(END_SIGNATURE, 0, 0, count, count, size, begin, 0))
    return count


def _chosen(files: Sequence[ZipInfo], most: int) -> list[ZipInfo]:
    readable = [one for one in files if may_be_read(one.filename)]
    kinds = [one for one in readable if _REPORT_KIND.search(one.filename)]
    named = [one for one in kinds if LIKE_REPORT.search(one.filename)]
    for choice in (readable, kinds, named):
        if choice and _size(choice) <= most and _fits(choice):
            return choice
    if not kinds:
        raise BadInput(f"It is larger than {most // MB:,} MB, and none of its files is a report.")
    raise BadInput(
        f"It is larger than {most // MB:,} MB, and so are those of its files that may be reports; "
        "upload the reports alone."
    )


def _fits(files: Sequence[ZipInfo]) -> bool:
    largest = max(one.file_size for one in files)
    return len(files) <= MOST_MEMBERS and max(largest, _size(files)) <= LARGEST


def _size(files: Sequence[ZipInfo]) -> int:
    return sum(one.compress_size for one in files)


def _copy(file: BinaryIO, member: ZipInfo, into: BinaryIO) -> bytes:
    """Copy one member; its entry in the directory."""
    if member.compress_type not in {ZIP_STORED, ZIP_DEFLATED}:
        raise _damaged(member)
    _seek_to(file, member)
    name = member.filename.encode(errors="replace")
    begin = into.tell()
    told = (
        VERSION,
        UTF8,
        member.compress_type,
        MIDNIGHT,
        FIRST_DAY,
        member.CRC,
        member.compress_size,
        member.file_size,
        len(name),
        0,
    )
    into.write(LOCAL.pack(LOCAL_SIGNATURE, *told) + name)
    left = member.compress_size
    while left:
        chunk = file.read(min(CHUNK, left))
        if not chunk:
            raise _damaged(member)
        into.write(chunk)
        left -= len(chunk)
    return ENTRY.pack(ENTRY_SIGNATURE, VERSION, *told, 0, 0, 0, 0, begin) + name


def _seek_to(file: BinaryIO, member: ZipInfo) -> None:
    """Where a member's bytes begin: behind its own header, which may differ from the directory."""
    file.seek(member.header_offset)
    header = file.read(LOCAL.size)
    if len(header) < LOCAL.size or not header.startswith(LOCAL_SIGNATURE):
        raise _damaged(member)
    *_, name_bytes, extra_bytes = LOCAL.unpack(header)
    file.seek(name_bytes + extra_bytes, 1)


def _damaged(member: ZipInfo) -> BadInput:
    return BadInput(f"“{member.filename[:100]}” in the zip archive is damaged; upload it again.")
