"""Zip archives: the reports in them are found by content, attacks are refused in a sentence."""

import io
import json
import struct
import zipfile
from collections.abc import Callable

import pytest

from app.core.errors import BadInput
from app.core.reports import Limits, read_report
from app.core.reports.archive import is_zip, report_files
from tests.core.reports.reading_files import outcomes, shape

MB = 1024 * 1024
REPORT = b'<testsuite name="S"><testcase classname="C" name="t" time="1"/></testsuite>'
FAILED = b'<testsuite name="S"><testcase classname="C" name="t"><failure/></testcase></testsuite>'
Files = dict[str, bytes]


def zipped(files: Files, *, method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """A zip archive of these files."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return buffer.getvalue()


def names_in(data: bytes, limits: Limits | None = None) -> list[str]:
    """The names of the reports in an archive."""
    return [name for name, _ in report_files(io.BytesIO(data), limits=limits or Limits())]


def refusal(data: bytes, limits: Limits | None = None) -> str:
    """The sentence with which an archive is refused."""
    with pytest.raises(BadInput) as caught:
        names_in(data, limits)
    return str(caught.value)


def test_reports_are_found_by_content_and_what_cannot_be_one_is_left_out() -> None:
    data = zipped(
        {
            "a/any-name.txt": REPORT,
            "shot.png": b"\x89PNG",
            "pom.xml": b"<project/>",
            "notes.log": b"hello\n",
            "coverage.xml": b'<coverage line-rate="1"/>',
            "b/": b"",
            "TEST-cut.xml": b"",
        }
    )

    assert names_in(data) == ["a/any-name.txt", "TEST-cut.xml"]


def test_members_are_read_while_they_are_handed_out() -> None:
    data = zipped({"a.xml": REPORT, "b.xml": FAILED})

    shapes = [shape(list(read_report(file))) for _, file in report_files(io.BytesIO(data))]

    assert shapes == [{"t": ["passed"]}, {"t": ["failed"]}]


def test_an_archive_in_an_archive_is_read_and_a_third_one_refused() -> None:
    inner = zipped({"a.xml": REPORT})

    assert names_in(zipped({"inner.zip": inner})) == ["inner.zip/a.xml"]
    assert refusal(zipped({"o.zip": zipped({"i.zip": inner})})) == (
        "The zip archive holds archives in archives (“o.zip/i.zip”); upload the reports themselves."
    )


def test_more_inner_archives_than_allowed_are_refused() -> None:
    inner = zipped({"a.xml": REPORT})

    message = refusal(zipped({f"{n}.zip": inner for n in range(12)}))

    assert message == (
        "The zip archive holds more than 10 archives (“10.zip”); upload the reports themselves."
    )


def test_a_bazel_test_s_attempts_are_one_report() -> None:
    declared = b'<?xml version="1.0" encoding="UTF-8"?>\n'
    data = zipped(
        {
            "lib/test.xml": declared + REPORT,
            "lib/test_attempts/attempt_2.xml": declared + FAILED,
            "lib/test_attempts/attempt_1.xml": declared + FAILED,
            "other/test.xml": declared + REPORT,
        }
    )

    read = {
        name: [outcomes(case) for case in read_report(file)]
        for name, file in report_files(io.BytesIO(data))
    }

    assert read == {
        "other/test.xml": [["passed"]],
        "lib/test.xml": [["failed", "failed", "passed"]],
    }


def test_allure_s_results_of_a_folder_are_one_report() -> None:
    def result(status: str, start: int) -> bytes:
        found = {"uuid": f"{start}", "historyId": "h", "name": "n", "status": status}
        return json.dumps({**found, "start": start, "stop": start}, indent=1).encode()

    data = zipped(
        {
            "allure/b-result.json": result("failed", 1_790_000_000_000),
            "allure/a-result.json": result("passed", 1_790_000_001_000),
            "allure/c-container.json": b'{"uuid": "c", "children": []}',
        }
    )

    read = [(name, list(read_report(file))) for name, file in report_files(io.BytesIO(data))]

    ((name, cases),) = read
    assert name == "allure/*-result.json"
    assert [outcomes(case) for case in cases] == [["failed", "passed"]]


def test_a_zip_bomb_is_refused_by_its_ratio() -> None:
    assert refusal(zipped({"TEST-a.xml": b" " * 50 * MB})) == (
        "The zip archive unpacks to more than 200 times its size, which no reports do; it is"
        " refused as a zip bomb (ARCHIVE_MAX_RATIO)."
    )


def test_a_bomb_that_lies_about_its_size_is_refused_while_it_is_unpacked() -> None:
    data = bytearray(zipped({"TEST-a.xml": b" " * 50 * MB}))
    small = struct.pack("<I", 1000)
    central = data.rindex(b"PK\x01\x02")
    data[22:26] = small
    data[central + 24 : central + 28] = small

    message = refusal(bytes(data))

    assert message == "“TEST-a.xml” in the zip archive is damaged; upload it again."


def test_a_nested_bomb_is_refused() -> None:
    bomb = zipped({"a.xml": b" " * 50 * MB})

    assert refusal(zipped({"i.zip": bomb}, method=zipfile.ZIP_STORED)).endswith(
        "a zip bomb (ARCHIVE_MAX_RATIO)."
    )


def test_a_small_archive_of_layers_upon_layers_is_refused() -> None:
    layer = zipped({"0.xml": b" " * MB})
    for depth in range(5):
        layer = zipped({f"{depth}-{n}.zip": layer for n in range(16)})

    assert len(layer) < 42_000
    assert refusal(layer) == (
        "The zip archive holds archives in archives (“4-0.zip/3-0.zip”);"
        " upload the reports themselves."
    )


def test_all_archives_together_stay_within_what_may_be_unpacked() -> None:
    noise = bytes(range(256)) * 4096
    files = {f"{n}.txt": noise for n in range(8)}

    message = refusal(zipped(files, method=zipfile.ZIP_STORED), Limits(max_archive_bytes=4 * MB))

    assert message == (
        "The zip archive unpacks to 8 MB; 4 MB are allowed; upload only the reports, or raise"
        " ARCHIVE_MAX_MB."
    )


def test_overlapping_members_are_refused() -> None:
    data = bytearray(zipped({"a.xml": REPORT * 50, "b.xml": REPORT * 50}))
    first = data.index(b"PK\x01\x02")
    second = data.index(b"PK\x01\x02", first + 4)
    data[second + 42 : second + 46] = data[first + 42 : first + 46]

    assert refusal(bytes(data)) == (
        "Members of the zip archive overlap (“b.xml”); it is refused as a zip bomb."
    )


@pytest.mark.parametrize(
    "name", ["../a.xml", "/etc/a.xml", "a/../../b.xml", "C:/a.xml", "..\\a.xml"]
)
def test_paths_that_lead_outside_are_refused(name: str) -> None:
    assert refusal(zipped({name: REPORT})).startswith(
        "The zip archive holds a path that leads outside of it (“"
    )


def test_symbolic_links_are_refused() -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        link = zipfile.ZipInfo("report.xml")
        link.external_attr = 0o120777 << 16
        archive.writestr(link, "/etc/passwd")

    assert refusal(buffer.getvalue()) == (
        "The zip archive holds a symbolic link (“report.xml”); upload files only."
    )


def test_encrypted_archives_are_refused() -> None:
    data = bytearray(zipped({"a.xml": REPORT}))
    central = data.index(b"PK\x01\x02")
    data[6] |= 1
    data[central + 8] |= 1

    assert refusal(bytes(data)) == (
        "The zip archive is encrypted (“a.xml”); upload it without a password."
    )


def damaged_data(data: bytes) -> bytes:
    """The archive with bytes of its first member changed."""
    return data[:40] + b"\xff" * 20 + data[60:]


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (lambda data: data[: len(data) // 2], "(it has no end record)"),
        (lambda data: b"no zip at all", "(it has no end record)"),
        (lambda data: b"", "(it has no end record)"),
        (damaged_data, "is damaged; upload it again."),
        (lambda data: data.replace(b"PK\x01\x02", b"XX\x01\x02"), "(its directory is unreadable)"),
    ],
)
def test_damaged_archives_are_refused(damage: Callable[[bytes], bytes], message: str) -> None:
    data = zipped({"TEST-a.xml": REPORT * 3})

    assert message in refusal(damage(data))


@pytest.mark.parametrize("name", [b"", b"\0.xml"])
def test_members_without_a_name_are_refused(name: bytes) -> None:
    local = b"PK\x03\x04" + b"\0" * 22 + struct.pack("<HH", len(name), 0) + name
    entry = b"PK\x01\x02" + b"\0" * 24 + struct.pack("<HHH", len(name), 0, 0) + b"\0" * 12 + name
    end = struct.pack("<4sHHHHIIH", b"PK\x05\x06", 0, 0, 1, 1, len(entry), len(local), 0)

    assert refusal(local + entry + end) == (
        "The zip archive is damaged or cut short (a member has no name); upload it again."
    )


def test_a_million_members_are_refused_before_they_cost_memory() -> None:
    name = b"a"
    entry = b"PK\x01\x02" + b"\0" * 24 + struct.pack("<HHH", len(name), 0, 0) + b"\0" * 12 + name
    directory = entry * 1_000_000
    end = struct.pack("<4sHHHHIIH", b"PK\x05\x06", 0, 0, 0, 0, len(directory), 0, 0)

    assert refusal(directory + end) == (
        "The zip archive has more than 20,000 members; upload only the reports, or"
        " raise ARCHIVE_MAX_FILES."
    )


def test_an_archive_with_a_zip64_end_record_is_read_whatever_the_plain_record_says() -> None:
    data = zipped({"TEST-a.xml": REPORT})
    at = data.rindex(b"PK\x05\x06")
    length, start = struct.unpack("<II", data[at + 12 : at + 20])
    record = struct.pack("<4sQHHIIQQQQ", b"PK\x06\x06", 44, 45, 45, 0, 0, 1, 1, length, start)
    place = struct.pack("<4sIQI", b"PK\x06\x07", 0, at, 1)

    found = list(report_files(io.BytesIO(data[:at] + record + place + data[at:])))

    assert [name for name, _ in found] == ["TEST-a.xml"]


def test_a_zip_is_known_by_its_first_bytes() -> None:
    assert is_zip(io.BytesIO(zipped({"a": b""})))
    assert is_zip(io.BytesIO(zipped({})))
    assert not is_zip(io.BytesIO(REPORT))
