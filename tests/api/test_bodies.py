"""What a body may be: raw, multipart, zip, gzip; and what it may not."""

import io
import zipfile
import zlib

import pytest
from starlette.testclient import TestClient

from tests.api.ci import FIELDS, MB, REPORTS, SHA, Ci, gzipped, junit, zipped

GREEN = junit("a", "b")
FORM = "application/x-www-form-urlencoded"  # what curl --data-binary says unless told otherwise


def paths(told: dict[str, list[dict[str, object]]]) -> list[object]:
    return [report["path"] for report in told["reports"]]


@pytest.mark.parametrize("content_type", [FORM, "text/xml", "application/octet-stream", "x", ""])
def test_a_raw_body_is_a_report_whatever_it_is_called(
    client: TestClient, content_type: str
) -> None:
    headers = {"content-type": content_type} if content_type else {}

    answer = client.post(REPORTS, params=FIELDS, content=GREEN, headers=headers)

    assert (answer.status_code, answer.json()["reports"][0]["cases"]) == (201, 2)


def test_many_files_and_the_fields_come_in_one_form(client: TestClient, ci: Ci) -> None:
    files = [
        ("report", ("unit.xml", GREEN, "text/xml")),
        ("report", ("more.xml.gz", gzipped(junit("c")), "application/gzip")),
        ("other", ("all.zip", zipped({"x/d.xml": junit("d"), "x/README.md": b"#"}), "x/y")),
    ]

    answer = client.post(REPORTS, data=FIELDS, files=files)

    assert answer.status_code == 201
    told = answer.json()
    assert paths(told) == ["unit.xml", "more.xml.gz", "x/d.xml"]
    assert (told["run"]["commit"], told["variant"]) == (SHA, "unit")
    assert ci.count("execution") == 4


def test_a_form_says_the_same_as_the_address_or_is_refused(client: TestClient) -> None:
    files = [("report", ("unit.xml", GREEN, "text/xml"))]

    same = client.post(REPORTS, params={"job": "unit"}, data={"job": "unit"}, files=files)
    other = client.post(REPORTS, params={"job": "lint"}, data={"job": "unit"}, files=files)

    assert (same.status_code, other.status_code) == (201, 400)


def test_a_zip_is_taken_apart(client: TestClient) -> None:
    archive = zipped({"a.xml": junit("a"), "b.xml": junit("b"), "shot.png": b"\x89PNG"})

    answer = client.post(REPORTS, params=FIELDS, content=archive)

    assert (answer.status_code, paths(answer.json())) == (201, ["a.xml", "b.xml"])


def test_what_can_be_read_of_many_is_stored_and_the_rest_is_said(
    client: TestClient, ci: Ci
) -> None:
    archive = zipped({"a.xml": junit("a"), "TEST-b.xml": b"<html>an error page</html>"})

    answer = client.post(REPORTS, params=FIELDS, content=archive)

    assert answer.status_code == 201
    by_path = {one["path"]: one["refusal"] for one in answer.json()["reports"]}
    assert by_path["a.xml"] is None
    assert ci.count("execution") == 1


def test_a_zip_without_a_report_is_refused(client: TestClient, ci: Ci) -> None:
    answer = client.post(REPORTS, params=FIELDS, content=zipped({"README.md": b"# hello"}))

    assert answer.status_code == 400
    assert answer.json()["error"]["message"] == (
        "No test report of a format we read came along; add the runner's JUnit XML to what you"
        " send."
    )
    assert ci.rows("SELECT count(*) FROM upload WHERE refusal IS NOT NULL") == [(1,)]


COVERAGE = b'<coverage line-rate="0.5" lines-covered="5" lines-valid="10"><packages/></coverage>'


def test_a_coverage_file_beside_the_report_is_measured(client: TestClient, ci: Ci) -> None:
    files = [
        ("report", ("unit.xml", GREEN, "text/xml")),
        ("report", ("coverage.xml", COVERAGE, "text/xml")),
    ]

    answer = client.post(REPORTS, data=FIELDS, files=files)

    assert (answer.status_code, paths(answer.json())) == (201, ["unit.xml"])
    measured = ci.rows("SELECT source, name, value FROM measurement ORDER BY name")
    assert measured == [
        ("coverage.xml", "coverage.lines.covered", 5),
        ("coverage.xml", "coverage.lines.total", 10),
    ]


def test_a_coverage_file_alone_is_no_report(client: TestClient, ci: Ci) -> None:
    answer = client.post(REPORTS, params=FIELDS, content=COVERAGE)

    assert answer.status_code == 400
    assert answer.json()["error"]["message"].startswith("No test report of a format we read")
    assert ci.count("report") == 0


def encrypted() -> bytes:
    content = bytearray(zipped({"a.xml": GREEN}))
    content[6] |= 1
    content[content.index(b"PK\x01\x02") + 8] |= 1
    return bytes(content)


def escaping() -> bytes:
    return zipped({"../../etc/a.xml": GREEN})


def bomb() -> bytes:
    return zipped({"a.xml": b" " * (30 * MB)})


def linked() -> bytes:
    spool = io.BytesIO()
    with zipfile.ZipFile(spool, "w") as archive:
        link = zipfile.ZipInfo("a.xml")
        link.external_attr = 0o120777 << 16
        archive.writestr(link, "/etc/passwd")
    return spool.getvalue()


@pytest.mark.parametrize(
    ("archive", "message"),
    [
        (encrypted(), "The zip archive is encrypted"),
        (escaping(), "The zip archive holds a path that leads outside of it"),
        (bomb(), "The zip archive unpacks to more than 200 times its size"),
        (linked(), "The zip archive holds a symbolic link"),
        (zipped({"a.xml": GREEN})[:-30], "The zip archive is damaged or cut short"),
    ],
    ids=["encrypted", "escaping", "bomb", "linked", "cut"],
)
def test_a_zip_that_attacks_is_refused_and_nothing_is_kept(
    client: TestClient, ci: Ci, archive: bytes, message: str
) -> None:
    answer = client.post(REPORTS, params=FIELDS, content=archive)

    assert answer.status_code == 400
    assert answer.json()["error"]["message"].startswith(message)
    assert ci.count("execution") == 0


@pytest.mark.parametrize(
    "packed",
    [
        gzipped(GREEN),
        zlib.compress(GREEN, wbits=31),
        gzipped(GREEN[:40]) + gzipped(GREEN[40:]) + bytes(512),  # files that were joined, padded
    ],
)
def test_a_gzip_is_unpacked_by_its_header_or_by_its_looks(
    client: TestClient, packed: bytes
) -> None:
    encoded = client.post(
        REPORTS, params=FIELDS, content=packed, headers={"content-encoding": "gzip"}
    )
    as_is = client.post(REPORTS, params=FIELDS | {"job": "other"}, content=packed)

    assert [one.json()["reports"][0]["cases"] for one in (encoded, as_is)] == [2, 2]
    assert encoded.json()["reports"][0]["size_bytes"] == len(GREEN)


@pytest.mark.parametrize(
    ("encoding", "content", "message"),
    [
        ("gzip", GREEN, "The body is no gzip, as its Content-Encoding says."),
        ("gzip", gzipped(GREEN)[:-9], "The body's gzip is cut short; send it again."),
        ("br", GREEN, "The body's Content-Encoding is not one we read; use gzip, or none."),
        (
            "identity",
            b"",
            "The body is empty; send the runner's report in it, as curl --data-binary @FILE does.",
        ),
    ],
)
def test_a_body_that_is_not_what_it_says_is_refused(
    client: TestClient, encoding: str, content: bytes, message: str
) -> None:
    answer = client.post(
        REPORTS, params=FIELDS, content=content, headers={"content-encoding": encoding}
    )

    assert (answer.status_code, answer.json()["error"]["message"]) == (400, message)


def form(*parts: str, end: str = "--b--\r\n") -> bytes:
    return ("".join(f"--b\r\n{part}\r\n" for part in parts) + end).encode()


PART = 'Content-Disposition: form-data; name="report"; filename="a.xml"\r\n\r\n'


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (form(PART + GREEN.decode(), end=""), "The multipart body is cut short; send it again."),
        (
            form('Content-Disposition: form-data; name="job"\r\n\r\nunit'),
            "The multipart body holds no file; send each report as curl --form report=@FILE does.",
        ),
        (b"rubbish", "The multipart body cannot be taken apart: Invalid multipart data."),
        (
            form("Content-Disposition: form-data\r\n\r\nx"),
            'The multipart body cannot be taken apart: The Content-Disposition header field "name"'
            " must be provided.",
        ),
    ],
    ids=["cut", "no file", "rubbish", "nameless"],
)
def test_a_form_that_cannot_be_taken_apart_is_refused(
    client: TestClient, ci: Ci, body: bytes, message: str
) -> None:
    headers = {"content-type": "multipart/form-data; boundary=b"}

    answer = client.post(REPORTS, params=FIELDS, content=body, headers=headers)

    assert (answer.status_code, answer.json()["error"]["message"]) == (400, message)
    assert ci.count("execution") == 0


def test_a_hostile_file_name_is_only_ever_shown(client: TestClient) -> None:
    name = "../../../etc/passwd\x00\x1b[31m<script>" + "x" * 1000
    files = [("report", (name, GREEN, "text/xml"))]

    answer = client.post(REPORTS, params=FIELDS, files=files)

    [path] = paths(answer.json())
    assert isinstance(path, str)
    assert len(path) <= 400
    assert "\x00" not in path
