"""Screenshots, videos, traces and logs: what a report names and where its archive has it."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from hashlib import blake2b

from app.core.retention import Retention

DIGEST_BYTES = 16
NAME_CHARS = 200  # kept of a name
PLACE_CHARS = 2_000  # of a path or link; a longer one is not kept


class Kind(StrEnum):
    """What an attachment shows; it decides how long it is kept."""

    SCREENSHOT = "screenshot"
    VIDEO = "video"
    TRACE = "trace"  # a recording to be played back: Playwright's trace.zip, a HAR
    LOG = "log"  # text, and whatever else a runner attached


_KINDS = (
    (Kind.SCREENSHOT, re.compile(r"\.(?:png|jpe?g|gif|webp|bmp|avif)$", re.IGNORECASE)),
    (Kind.VIDEO, re.compile(r"\.(?:webm|mp4|mov|avi|mkv|m4v|ogv)$", re.IGNORECASE)),
    (Kind.TRACE, re.compile(r"(?:(?:^|/)trace[^/]*\.zip|\.har|\.trace)$", re.IGNORECASE)),
    (Kind.LOG, re.compile(r"\.(?:log|out|err)(?:\.txt)?$|(?:^|/)std(?:out|err)\b", re.IGNORECASE)),
)


@dataclass(frozen=True, slots=True)
class Attachment:
    """One thing attached, wherever it is."""

    kind: Kind
    name: str
    case_id: bytes | None = None  # None when no report says whose it is
    link: str | None = None
    archive: str | None = None  # the run's artifact that holds it
    path: str | None = None  # in that archive, or as the report has it
    size_bytes: int | None = None

    @property
    def digest(self) -> bytes:
        """Names its place in a run, so that it is kept once however often it is told."""
        owner = b"" if self.archive or self.case_id is None else self.case_id
        said = f"{self.archive or ''}\0{self.link or ''}\0{self.path or ''}".encode()
        return blake2b(owner + b"\0" + said, digest_size=DIGEST_BYTES).digest()


def kind_of(place: str, name: str = "") -> Kind | None:
    """What a file or link is, by how it ends, else by what it is called; None when neither says."""
    bare = place.partition("?")[0].partition("#")[0] if "://" in place else place
    for kind, pattern in _KINDS:
        if pattern.search(bare):
            return kind
    called = name.lower()
    return next((kind for kind, _ in _KINDS if kind.value in called), None)


def kept_for(kind: Kind, retention: Retention) -> timedelta:
    """How long an attachment of this kind is kept; traces as long as videos."""
    match kind:
        case Kind.SCREENSHOT:
            return retention.screenshots
        case Kind.VIDEO | Kind.TRACE:
            return retention.videos
        case Kind.LOG:
            return retention.logs


class Members:
    """The attachments that one archive holds, by path, with their sizes."""

    def __init__(self, archive: str, sizes: Mapping[str, int]) -> None:
        self.archive = archive
        self._sizes = sizes
        self._by_name: dict[str, list[str]] = {}
        for path in sizes:
            self._by_name.setdefault(_parts(path)[-1], []).append(path)

    def named(self, case_id: bytes, name: str, place: str) -> Attachment | None:
        """What a report calls `name` and says to be at `place`; None when it is not to be kept."""
        if not place or len(place) > PLACE_CHARS:
            return None
        kind = kind_of(place, name) or Kind.LOG
        shown = (name or _parts(place)[-1])[:NAME_CHARS]
        if place.startswith(("http://", "https://")):
            return Attachment(kind, shown, case_id, link=place)
        path = self._found(place)
        if path is None:
            return Attachment(kind, shown, case_id, path=place)
        size = self._sizes[path]
        return Attachment(kind, shown, case_id, archive=self.archive, path=path, size_bytes=size)

    def unnamed(self) -> Iterable[Attachment]:
        """All that the archive holds, whether or not a report names it."""
        for path, size in self._sizes.items():
            kind = kind_of(path)
            if kind is not None and len(path) <= PLACE_CHARS:
                name = _parts(path)[-1][:NAME_CHARS]
                yield Attachment(kind, name, archive=self.archive, path=path, size_bytes=size)

    def _found(self, place: str) -> str | None:
        """The member that a report's path means: the one whose path ends most alike.

        Uploading takes off the folders that all files share, so paths differ at their beginning.
        None when none does, or several do as well.
        """
        wanted = _parts(place)
        alike = [(_alike(wanted, _parts(path)), path) for path in self._by_name.get(wanted[-1], ())]
        if not alike:
            return None
        most = max(count for count, _ in alike)
        best = [path for count, path in alike if count == most]
        return best[0] if len(best) == 1 else None


NOWHERE = Members("", {})
"""For reports that came without an archive."""


def _parts(path: str) -> list[str]:
    return path.replace("\\", "/").split("/")


def _alike(first: list[str], second: list[str]) -> int:
    """How many parts, counted from the end, are the same."""
    count = 0
    for one, other in zip(reversed(first), reversed(second), strict=False):
        if one != other:
            break
        count += 1
    return count
