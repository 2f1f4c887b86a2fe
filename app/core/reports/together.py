"""Files that are one report: a Bazel test's attempts, and Allure's results of one folder."""

import json
import re
from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from tempfile import SpooledTemporaryFile
from typing import IO, BinaryIO, cast

from app.core.reports.limits import MB

SPOOL_BYTES = 4 * MB
CHUNK = 65_536
ALLURE_BYTES = 16 * MB  # of one result; real ones have a few kB

_ATTEMPT = re.compile(r"^(.*?/?)test_attempts/attempt_(\d{1,6})\.xml$")
_ALLURE = re.compile(r"^(.*/)?[^/]*-result\.json$")
_ALLURE_MORE = re.compile(r"^(.*/)?[^/]*-(?:container|globals)\.json$")  # fixtures; Allure 3
_ALLURE_BESIDE = re.compile(  # what else lies among the results, and is none
    r"^(.*/)?(?:[^/]*-attachment(?:\.[^/]*)?|(?:categories|executor|environment|testrun|history)"
    r"\.(?:json|properties|xml))$"
)
_XML_START = re.compile(rb"^(?:\xef\xbb\xbf)?\s*(?:<\?xml[^>]{0,200}\?>)?\s*")
ATTEMPTS = "test-attempts"  # the element around the reports of one Bazel test


@dataclass(frozen=True, slots=True)
class Part:
    """One file, opened when its turn comes."""

    name: str
    open: Callable[[], BinaryIO]


def groups_of(names: Iterable[str]) -> Iterator[tuple[str, list[str]]]:
    """The reports among these files: the name each is known by, and its files in order."""
    there = list(names)
    attempts: dict[str, list[tuple[int, str]]] = {}
    results: dict[str, list[str]] = {}
    for name in there:
        if found := _ATTEMPT.match(name):
            attempts.setdefault(f"{found.group(1)}test.xml", []).append((int(found.group(2)), name))
        elif found := _ALLURE.match(name):
            results.setdefault(found.group(1) or "", []).append(name)
    taken = {name for group in attempts.values() for _, name in group}
    taken.update(name for group in results.values() for name in group)
    beside = _beside_allure(there, results)
    taken.update(beside)
    for name in there:
        if name not in taken and name not in attempts:
            yield name, [name]
    for final, earlier in attempts.items():
        last = [final] if final in there else []
        yield final, [name for _, name in sorted(earlier)] + last
    for folder, group in results.items():
        more = [name for name, where in beside.items() if where == folder]
        yield (
            f"{folder}*-result.json" if len(group) > 1 else group[0],
            sorted(group) + sorted(filter(_ALLURE_MORE.match, more)),
        )


def _beside_allure(names: Iterable[str], folders: Collection[str]) -> dict[str, str]:
    """What Allure wrote into these folders beside its results, with the folder of each."""
    found = ((name, _ALLURE_MORE.match(name) or _ALLURE_BESIDE.match(name)) for name in names)
    beside = {name: match.group(1) or "" for name, match in found if match}
    return {name: folder for name, folder in beside.items() if folder in folders}


@contextmanager
def read_together(parts: list[Part]) -> Iterator[BinaryIO]:
    """The parts as one file, closed afterwards; a single part as it is."""
    if len(parts) == 1:
        with parts[0].open() as file:
            yield file
        return
    is_json = parts[0].name.endswith(".json")
    spool: SpooledTemporaryFile[bytes] = SpooledTemporaryFile(max_size=SPOOL_BYTES)  # noqa: SIM115 - closed by the next line
    with spool as joined:
        joined.write(b"" if is_json else f"<{ATTEMPTS}>\n".encode())
        for part in parts:
            with part.open() as file:
                _append(joined, file, is_json=is_json)
        joined.write(b"" if is_json else f"</{ATTEMPTS}>\n".encode())
        joined.seek(0)
        yield cast(BinaryIO, joined)


def _append(joined: IO[bytes], file: BinaryIO, *, is_json: bool) -> None:
    file.seek(0)
    if is_json:
        joined.write(_one_line(file.read(ALLURE_BYTES)) + b"\n")
        return
    joined.write(_XML_START.sub(b"", file.read(CHUNK)))
    while chunk := file.read(CHUNK):
        joined.write(chunk)
    joined.write(b"\n")


def _one_line(document: bytes) -> bytes:
    """A JSON document on one line; what is none is kept on one, for the reader to say so."""
    try:
        return json.dumps(json.loads(document)).encode()
    except (ValueError, RecursionError):
        return b" ".join(document.split())
