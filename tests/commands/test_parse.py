"""`flakeguard parse`: one object a report for programs, tables for people."""

import json
import zipfile
from pathlib import Path

import pytest

from app.commands.parse import parse

REPORT = (
    '<testsuite name="S"><testcase classname="C" name="good" time="1.5"/>'
    '<testcase classname="C" name="[bad]" time="0.5"><failure message="[red]no"/></testcase>'
    "</testsuite>"
)


def written(folder: Path, name: str, text: str = REPORT) -> Path:
    """A file of that name in the folder."""
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


def said(capsys: pytest.CaptureFixture[str]) -> list[dict[str, object]]:
    """The objects that were printed, one on each line."""
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def test_a_report_is_one_json_object(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = written(tmp_path, "a.xml")

    status = parse([path], as_json=True)

    assert status == 0
    assert said(capsys) == [
        {
            "path": str(path),
            "format": "junit",
            "totals": {
                "cases": 2,
                "executions": 2,
                "passed": 1,
                "failed": 1,
                "errored": 0,
                "skipped": 0,
                "flaky": 0,
            },
            "duration_ms": 2000,
            "warnings": [],
        }
    ]


def test_a_refused_file_is_an_error_and_the_others_are_read(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    good, bad = written(tmp_path, "a.xml"), written(tmp_path, "b.xml", "<testsuite>\n<testcase")

    status = parse([bad, good], as_json=True)

    assert status == 1
    first, second = said(capsys)
    assert first == {
        "path": str(bad),
        "error": {
            "kind": "validation",
            "message": "The XML cannot be read (unclosed token, line 2) and holds no case before"
            " that; let the runner write the report again.",
            "line": 2,
        },
    }
    assert second["path"] == str(good)


def test_a_missing_file_is_said_in_a_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    status = parse([tmp_path / "none.xml"], as_json=True)

    assert status == 1
    assert said(capsys)[0]["error"] == {
        "kind": "validation",
        "message": "The file cannot be read: No such file or directory.",
        "line": None,
    }


def test_folders_and_archives_are_walked_in_the_order_of_names(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "reports"
    written(folder, "sub/b.xml")
    written(folder, "a.xml")
    with zipfile.ZipFile(folder / "c.zip", "w") as archive:
        archive.writestr("in/d.xml", REPORT)
        archive.writestr("shot.png", b"\x89PNG")

    status = parse([folder], as_json=True)

    assert status == 0
    assert [line["path"] for line in said(capsys)] == [
        f"{folder}/a.xml",
        f"{folder}/c.zip/in/d.xml",
        f"{folder}/sub/b.xml",
    ]


def test_an_archive_without_reports_is_said(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr("shot.png", b"\x89PNG")

    status = parse([tmp_path / "a.zip"], as_json=True)

    assert status == 1
    assert said(capsys)[0]["error"] == {
        "kind": "validation",
        "message": "The archive holds no test report we know.",
        "line": None,
    }


def test_a_bazel_test_s_attempts_in_a_folder_are_one_report(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    suite = '<testsuite name="S"><testcase classname="C" name="t">{}</testcase></testsuite>'
    written(tmp_path, "t/test.xml", suite.format(""))
    written(tmp_path, "t/test_attempts/attempt_1.xml", suite.format("<failure/>"))

    parse([tmp_path], as_json=True)

    (line,) = said(capsys)
    assert line["path"] == f"{tmp_path}/t/test.xml"
    totals = line["totals"]
    assert isinstance(totals, dict)
    assert totals["flaky"] == 1


def test_people_see_tables_failures_and_refusals(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "120")
    monkeypatch.chdir(tmp_path)
    written(tmp_path, "a.xml")
    written(tmp_path, "pom.xml", "<project/>")

    status = parse([Path("a.xml"), Path("pom.xml")], as_json=False)

    shown = capsys.readouterr()
    assert status == 1
    row = next(line for line in shown.out.splitlines() if "a.xml" in line)
    assert [cell.strip() for cell in row.strip("│").split("│")] == (
        ["a.xml", "junit", "2", "2", "1", "1", "0", "0", "0", "2.0 s"]
    )
    assert "  failed C · [bad] [red]no" in shown.out
    assert shown.err == (
        "pom.xml: The file is not a test report of a format we read: its root element is"
        " <project>; upload the runner's JUnit XML or another format of the list.\n"
    )


def test_what_allure_wrote_beside_its_results_is_no_report_of_its_own(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    result = {"name": "a", "fullName": "m.a", "status": "passed", "start": 1, "stop": 2}
    written(tmp_path, "r/1-result.json", json.dumps({**result, "uuid": "1"}))
    written(tmp_path, "r/2-result.json", json.dumps({**result, "uuid": "2", "name": "b"}))
    written(tmp_path, "r/3-container.json", '{"uuid": "3", "children": ["1"], "befores": []}')
    for name in ("4-attachment.txt", "5-attachment.xml", "environment.properties"):
        written(tmp_path, f"r/{name}", "a log")

    status = parse([tmp_path / "r"], as_json=True)

    assert status == 0
    assert [report["path"] for report in said(capsys)] == [f"{tmp_path}/r/*-result.json"]


def test_a_member_that_is_only_named_like_a_report_is_refused_in_a_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr("junit.xml", REPORT)
        archive.writestr("results.json", '{"lint": []}')
        archive.writestr("notes.json", "{}")

    status = parse([tmp_path / "a.zip"], as_json=True)

    assert status == 1
    _, refused = said(capsys)
    assert refused["path"] == f"{tmp_path}/a.zip/results.json"
    assert "its first object has the keys lint" in str(refused["error"])
