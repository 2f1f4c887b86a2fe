"""`flakeguard analyze` on what it cannot read, and on what it should not."""

import io
import json
from pathlib import Path
from zipfile import ZipFile

import pytest

from app.commands.analyze import analyze
from tests.commands.runs_on_disk import PASS, answer, archive, folder, junit, states


def test_files_that_are_no_reports_are_passed_by(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run = folder(tmp_path / "c1", junit("01", a=PASS))
    (run / "log.txt").write_text("done")
    (run / "stdout").write_text("")
    (run / "coverage.xml").write_text('<coverage line-rate="0.9"/>')
    (run / "page.png").write_bytes(b"\x89PNG\r\n")

    said = answer(capsys, run)

    assert (said["runs"], said["refused"]) == (1, [])


def test_a_refused_file_is_named_and_the_rest_is_scored(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run = folder(tmp_path / "c1", junit("01", a=PASS))
    (run / "junit-2.xml").write_text("")

    status = analyze([run], as_json=True)

    printed = capsys.readouterr()
    said = json.loads(printed.out)
    sentence = "The report is empty: the file has no content."
    path = str(run / "junit-2.xml")
    assert status == 1
    assert (said["runs"], said["executions"]) == (1, 1)
    assert said["refused"] == [
        {"path": path, "error": {"kind": "validation", "message": sentence, "line": 1}}
    ]
    assert printed.err == f"{path}: {sentence}\n"


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("missing", None, "The file cannot be read: No such file or directory."),
        ("empty", {}, "The folder holds no test report we know."),
        ("letters.zip", {"letter": "Dear all"}, "The archive holds no test report we know."),
        ("cut.zip", b"PK\x03\x04 and no more", "The zip archive is damaged or cut short"),
        ("letter.xml", b"Dear all", "The file is not a test report"),
    ],
)
def test_where_nothing_can_be_read_that_is_said_in_one_sentence(
    name: str,
    content: dict[str, str] | bytes | None,
    sentence: str,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    path = tmp_path / name
    if isinstance(content, bytes):
        path.write_bytes(content)
    elif content:
        archive(path, **content)
    elif content is not None:
        path.mkdir()

    status = analyze([path], as_json=False)

    printed = capsys.readouterr()
    assert status == 1
    assert printed.out == ""
    assert printed.err.startswith(f"{path}: {sentence}")
    assert printed.err.count("\n") == 1


def test_a_damaged_archive_does_not_hide_the_other_runs(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    good = archive(tmp_path / "c1.zip", junit=junit("01", a=PASS))
    bad = tmp_path / "c2.zip"
    bad.write_bytes(good.read_bytes()[:-30])

    status = analyze([good, bad], as_json=True)

    printed = capsys.readouterr()
    assert status == 1
    assert json.loads(printed.out)["runs"] == 1
    assert printed.err.startswith(f"{bad}: The zip archive is damaged or cut short")


def test_links_out_of_a_folder_are_not_followed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    secret = folder(tmp_path / "elsewhere", junit("01", secret=PASS)) / "junit.xml"
    run = folder(tmp_path / "run", junit("01", a=PASS))
    (run / "linked.xml").symlink_to(secret)

    said = answer(capsys, run)

    assert states(said) == {"shop.cart::a": "healthy"}


def test_an_archive_within_a_run_is_held_to_the_limits(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    inner = io.BytesIO()
    with ZipFile(inner, "w") as packed:
        packed.writestr("deep.zip", archive(tmp_path / "x.zip", a=junit("01", a=PASS)).read_bytes())
    run = tmp_path / "run"
    run.mkdir()
    with ZipFile(run / "outer.zip", "w") as packed:
        packed.writestr("inner.zip", inner.getvalue())

    status = analyze([run, tmp_path / "x.zip"], as_json=True)

    assert status == 1
    assert "archives in archives" in capsys.readouterr().err
