"""What is fuzzed: each target with what holds for any bytes, and what its search begins with."""

import io
import json
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from app.core.errors import BadInput
from app.core.reports import Limits, read_report
from app.core.reports.archive import members_of
from app.core.reports.formats import Format
from app.core.reports.masking import MASK, mask
from app.core.reports.registry import FORMATS, format_of
from app.core.reports.source import Source
from tests.core.reports.promises import check, check_every_way, check_sentence

DATA = Path(__file__).parents[1] / "data" / "reports"
SEED_BYTES = 16_384  # larger seeds are slow, and show nothing new
SEED_ITEMS = 2  # of each list of a JSON report that is used as a seed
SEED_TEXT = 120  # characters of each of its texts
MB = 1024 * 1024
SMALL = Limits(max_archive_bytes=8 * MB, max_entries=100, max_ratio=50)
TOKEN = "ghp_" + "x9Y8" * 9
SECRETS = (
    f"pushed with {TOKEN}\nAuthorization: Bearer abcdefghijkl.mnop",
    "postgresql://shop:hunter2@db/shop PASSWORD='a b c'",
    "-----BEGIN RSA PRIVATE KEY-----\nMIIE\n-----END RSA PRIVATE KEY-----\napi_key: 12345",
)


@dataclass(frozen=True, slots=True)
class Target:
    """One thing to fuzz: raises where a promise is broken."""

    name: str
    run: Callable[[bytes], None]
    seeds: Callable[[], Iterator[bytes]]


def _read_as(known: Format, data: bytes) -> None:
    """One reader, whether or not another one would recognise the file before it."""
    try:
        is_its_own = known.recognises(Source(io.BytesIO(data), Limits()).head)
    except BadInput as refused:
        check_sentence(refused)
        return
    if is_its_own:
        check_every_way(data, known=known)


def _recognise(data: bytes) -> None:
    check(data, Limits())


def _unpack(data: bytes) -> None:
    try:
        for name, file, _ in members_of(io.BytesIO(data), limits=SMALL):
            assert not name.startswith("/")
            assert ".." not in name.replace("\\", "/").split("/")
            _read_member(file.read())
    except BadInput as refused:
        check_sentence(refused)


def _read_member(data: bytes) -> None:
    try:
        for _ in read_report(io.BytesIO(data), limits=SMALL):
            pass
    except BadInput as refused:
        check_sentence(refused)


def _mask(data: bytes) -> None:
    text = data.decode(errors="replace")
    half = len(text) // 2
    masked = mask(f"{text[:half]} {TOKEN} {text[half:]}")

    assert TOKEN not in masked
    assert MASK in masked
    assert mask(masked) == masked


def reports() -> Iterator[bytes]:
    """Every report that we have a sample of, large ones cut down."""
    for path in sorted(DATA.iterdir()):
        data = path.read_bytes()
        if path.suffix == ".json":
            data = json.dumps(_smaller(json.loads(data))).encode()
        if len(data) <= SEED_BYTES:
            yield data


def _smaller(value: object) -> object:
    """The value with the first of its lists' items and the beginnings of its texts."""
    if isinstance(value, dict):
        return {key: _smaller(one) for key, one in value.items()}
    if isinstance(value, list):
        return [_smaller(one) for one in value[:SEED_ITEMS]]
    return value[:SEED_TEXT] if isinstance(value, str) else value


def _reports_of(known: Format) -> Iterator[bytes]:
    for data in reports():
        if format_of(Source(io.BytesIO(data), Limits()).head) is known:
            yield data


def zipped(files: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """A zip archive of these files."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return buffer.getvalue()


def _archives() -> Iterator[bytes]:
    report = b'<testsuite name="S"><testcase classname="C" name="t" time="1"/></testsuite>'
    yield zipped({"a.xml": report}, zipfile.ZIP_STORED)
    yield zipped({"a.xml": report, "shot.png": b"\x89PNG", "b/": b"", "notes.log": b"x\n"})
    yield zipped({"i.zip": zipped({"a.xml": report})}, zipfile.ZIP_STORED)
    yield zipped({"t/test.xml": report, "t/test_attempts/attempt_1.xml": report})
    result = b'{"uuid": "1", "historyId": "h", "name": "n", "status": "passed"}'
    yield zipped({"r/a-result.json": result, "r/b-result.json": result})
    yield zipped({"cov/lcov.info": b"TN:\nSF:a.py\nDA:1,1\nend_of_record\n"})


def _secrets() -> Iterator[bytes]:
    return (text.encode() for text in SECRETS)


def _name(known: Format) -> str:
    return known.name.replace(" ", "-")


TARGETS: dict[str, Target] = {
    target.name: target
    for target in (
        *(Target(_name(f), partial(_read_as, f), partial(_reports_of, f)) for f in FORMATS),
        Target("any-report", _recognise, reports),
        Target("archive", _unpack, _archives),
        Target("masking", _mask, _secrets),
    )
}
