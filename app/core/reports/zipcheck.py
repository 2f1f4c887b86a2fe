"""What is looked at in a zip before anything in it is opened: attacks are refused in a sentence."""

import struct
from io import SEEK_END
from typing import BinaryIO
from zipfile import ZipInfo

from app.core.errors import BadInput
from app.core.reports.limits import MB, Limits

_END = b"PK\x05\x06"  # end of central directory
_END64_PLACE = b"PK\x06\x07"
_END64 = b"PK\x06\x06"
_ENTRY = b"PK\x01\x02"
_END_BYTES = 22
_PLACE64_BYTES, _END64_RECORD_BYTES = 20, 56
_ENTRY_BYTES = 46
_LOCAL_BYTES = 30
_MAX_COMMENT = 65_535
_UNSET = 0xFFFFFFFF
_ENCRYPTED = 0x1
_SYMLINK = 0o120000
_TYPE_BITS = 0o170000
FREE_BYTES = MB  # an archive may unpack to so much whatever its ratio


def _damaged(what: str) -> BadInput:
    return BadInput(f"The zip archive is damaged or cut short ({what}); upload it again.")


def _directory(file: BinaryIO) -> tuple[int, int]:
    """Offset and size of the central directory, as the end record tells them."""
    size = file.seek(0, SEEK_END)
    tail_at = max(0, size - _MAX_COMMENT - _END_BYTES)
    file.seek(tail_at)
    tail = file.read()
    at = tail.rfind(_END)
    if at < 0 or len(tail) - at < _END_BYTES:
        raise _damaged("it has no end record")
    length, start = struct.unpack("<II", tail[at + 12 : at + 20])
    end = tail_at + at
    if at >= _PLACE64_BYTES and tail[at - _PLACE64_BYTES : at].startswith(_END64_PLACE):
        # Right before it, and whatever the plain record says: as zipfile takes it.
        where = end - _PLACE64_BYTES - _END64_RECORD_BYTES
        file.seek(max(0, where))
        record = file.read(_END64_RECORD_BYTES)
        if where >= 0 and record.startswith(_END64):
            length, start = struct.unpack("<QQ", record[40:])
            end = where
    if _UNSET in (length, start):
        raise _damaged("its zip64 end record is missing")
    if length > end:
        raise _damaged("its directory does not fit")
    return end - length, length


def check_directory(file: BinaryIO, limits: Limits) -> None:
    """Refuse an archive with too many members before a library builds an object for each."""
    start, length = _directory(file)
    file.seek(start)
    left, count = length, 0
    while left >= _ENTRY_BYTES:
        entry = file.read(_ENTRY_BYTES)
        if len(entry) < _ENTRY_BYTES or entry[:4] != _ENTRY:
            raise _damaged("its directory is unreadable")
        name_bytes, *others = struct.unpack("<HHH", entry[28:34])
        if not file.read(name_bytes).partition(b"\0")[0]:  # zipfile ends names at a NUL
            raise _damaged("a member has no name")
        more = name_bytes + sum(others)
        file.seek(sum(others), 1)
        left -= _ENTRY_BYTES + more
        count += 1
        if count > limits.max_entries:
            raise BadInput(
                f"The zip archive has more than {limits.max_entries:,} members;"
                " upload only the reports, or raise ARCHIVE_MAX_FILES."
            )


def check_members(members: list[ZipInfo], limits: Limits) -> None:
    """Refuse encrypted, linked, escaping, overlapping and exploding members."""
    total = packed = 0
    for member in members:
        _check_member(member)
        total += member.file_size
        packed += member.compress_size
    _check_overlap(members)
    if total > limits.max_archive_bytes:
        raise BadInput(
            f"The zip archive unpacks to {total // MB:,} MB; {limits.max_archive_bytes // MB:,} MB"
            " are allowed; upload only the reports, or raise ARCHIVE_MAX_MB."
        )
    if total > max(FREE_BYTES, packed * limits.max_ratio):
        raise BadInput(
            f"The zip archive unpacks to more than {limits.max_ratio} times its size, which no"
            " reports do; it is refused as a zip bomb (ARCHIVE_MAX_RATIO)."
        )


def _check_member(member: ZipInfo) -> None:
    name = member.filename[:100]
    if member.flag_bits & _ENCRYPTED:
        raise BadInput(f"The zip archive is encrypted (“{name}”); upload it without a password.")
    if (member.external_attr >> 16) & _TYPE_BITS == _SYMLINK:
        raise BadInput(f"The zip archive holds a symbolic link (“{name}”); upload files only.")
    path = member.filename.replace("\\", "/")
    if path.startswith("/") or ".." in path.split("/") or path[1:3] == ":/":
        raise BadInput(
            f"The zip archive holds a path that leads outside of it (“{name}”); pack it"
            " from within its folder."
        )


def _check_overlap(members: list[ZipInfo]) -> None:
    end = 0
    for member in sorted(members, key=lambda one: one.header_offset):
        if member.header_offset < end:
            raise BadInput(
                f"Members of the zip archive overlap (“{member.filename[:100]}”);"
                " it is refused as a zip bomb."
            )
        size = _LOCAL_BYTES + len(member.filename.encode(errors="replace")) + member.compress_size
        end = member.header_offset + size
