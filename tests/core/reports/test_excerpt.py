"""Of an archive that is too large: a smaller one, with what may be reports alone."""

import io
import random
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st
from typing_extensions import Buffer

from app.core.errors import BadInput
from app.core.reports import Limits
from app.core.reports.archive import report_files
from app.core.reports.excerpt import excerpt
from tests.core.reports.test_archive import REPORT, Files, zipped

MB = 1024 * 1024
NOISE = random.Random(7).randbytes(2 * MB)


def taken(data: bytes, *, most: int, limits: Limits | None = None) -> Files:
    """What the smaller archive holds."""
    into = io.BytesIO()
    count = excerpt(io.BytesIO(data), into, limits=limits or Limits(), most=most)
    with zipfile.ZipFile(into) as archive:
        assert archive.testzip() is None
        found = {name: archive.read(name) for name in archive.namelist()}
    assert len(found) == count
    return found


def test_pictures_and_programs_stay_behind() -> None:
    data = zipped({"a/TEST-a.xml": REPORT, "b.png": NOISE, "c/app.jar": NOISE, "notes.txt": b"x"})

    assert taken(data, most=MB) == {"a/TEST-a.xml": REPORT, "notes.txt": b"x"}


def test_where_texts_are_too_many_the_kinds_of_reports_are_taken() -> None:
    data = zipped({"any.json": b"{}", "huge.log": NOISE, "a.xml": REPORT})

    assert taken(data, most=MB) == {"any.json": b"{}", "a.xml": REPORT}


def test_where_these_are_too_many_those_that_are_named_like_reports_are_taken() -> None:
    data = zipped({"dump.json": NOISE, "junit.xml": REPORT, "TEST-b.xml": REPORT})

    assert taken(data, most=MB) == {"junit.xml": REPORT, "TEST-b.xml": REPORT}


@pytest.mark.parametrize(
    ("files", "sentence"),
    [
        (
            {"junit.xml": NOISE},
            "It is larger than 1 MB, and so are those of its files that may be reports; "
            "upload the reports alone.",
        ),
        (
            {"video.mp4": NOISE},
            "It is larger than 1 MB, and none of its files is a report.",
        ),
        (
            {"trace.log": NOISE},
            "It is larger than 1 MB, and none of its files is a report.",
        ),
    ],
)
def test_what_is_too_large_all_the_same_is_refused_in_a_sentence(
    files: Files, sentence: str
) -> None:
    with pytest.raises(BadInput) as refused:
        taken(zipped(files), most=MB)

    assert str(refused.value) == sentence


@given(
    names=st.lists(
        st.text(st.characters(codec="utf-8", exclude_characters="/\\\0:"), min_size=1, max_size=9),
        unique_by=lambda name: name,
        min_size=1,
        max_size=5,
    ),
    contents=st.binary(max_size=3_000),
    method=st.sampled_from([zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED]),
)
def test_whatever_they_are_called_members_come_out_as_they_went_in(
    names: list[str], contents: bytes, method: int
) -> None:
    files = {f"{name}.xml": contents for name in names}

    assert taken(zipped(files, method=method), most=MB) == files


def test_what_a_stream_wrote_comes_out_as_it_went_in() -> None:
    class Pipe(io.RawIOBase):
        """As GitHub's own action writes: with no way back to a member's header."""

        def __init__(self) -> None:
            self.written = bytearray()

        def writable(self) -> bool:
            return True

        def write(self, data: Buffer, /) -> int:
            self.written += bytes(data)
            return len(bytes(data))

    pipe = Pipe()
    with zipfile.ZipFile(pipe, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.xml", REPORT)
        with archive.open("b.xml", "w", force_zip64=True) as member:
            member.write(REPORT)
        archive.writestr("c.png", NOISE)

    assert taken(bytes(pipe.written), most=MB) == {"a.xml": REPORT, "b.xml": REPORT}


def test_the_limits_of_archives_hold() -> None:
    bomb = zipped({"a.xml": bytes(30 * MB), "b.png": NOISE})
    many = zipped({f"{number}.xml": b"" for number in range(30)})
    outside = zipped({"../a.xml": REPORT})
    cut = zipped({"a.xml": REPORT})[:-30]

    sentences = []
    for data, limits in (
        (bomb, Limits()),
        (many, Limits(max_entries=20)),
        (outside, Limits()),
        (cut, Limits()),
    ):
        with pytest.raises(BadInput) as refused:
            taken(data, most=MB, limits=limits)
        sentences.append(str(refused.value))

    assert "zip bomb" in sentences[0]
    assert "more than 20 members" in sentences[1]
    assert "leads outside" in sentences[2]
    assert "damaged or cut short" in sentences[3]


def test_a_member_whose_header_is_elsewhere_is_damaged() -> None:
    data = bytearray(zipped({"a.xml": REPORT, "b.png": NOISE}))
    data[0:4] = b"XXXX"

    with pytest.raises(BadInput, match=r"“a\.xml” in the zip archive is damaged"):
        taken(bytes(data), most=MB)


def test_what_was_taken_is_read_like_any_archive() -> None:
    into = io.BytesIO()
    data = zipped({"a/TEST-a.xml": REPORT, "b.png": NOISE})

    excerpt(io.BytesIO(data), into, limits=Limits(), most=MB)

    assert [name for name, _ in report_files(into)] == ["a/TEST-a.xml"]
