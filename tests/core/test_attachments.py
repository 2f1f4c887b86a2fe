"""What is attached: its kind, its place in the archive, and how long it stays."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.attachments import Attachment, Kind, Members, kept_for, kind_of
from app.core.retention import Retention

CASE = b"c" * 16
SHOT = "cart-adds-chromium/test-failed-1.png"
MEMBERS = Members("results", {SHOT: 300, "till-opens/test-failed-1.png": 200, "server.log": 9})


@pytest.mark.parametrize(
    ("place", "name", "kind"),
    [
        ("a/test-failed-1.png", "", Kind.SCREENSHOT),
        ("a/video.WEBM", "", Kind.VIDEO),
        ("a/trace.zip", "", Kind.TRACE),
        ("trace-1.zip", "", Kind.TRACE),
        ("net.har", "", Kind.TRACE),
        ("logs/server.log", "", Kind.LOG),
        ("logs/stdout.txt", "", Kind.LOG),
        ("https://ci.example/a.png?token=x#top", "", Kind.SCREENSHOT),
        ("8f3a.dat", "Screenshot on failure", Kind.SCREENSHOT),
        ("results.zip", "", None),
        ("report.xml", "", None),
    ],
)
def test_the_kind_is_told_by_the_ending_else_by_the_name(
    place: str, name: str, kind: Kind | None
) -> None:
    assert kind_of(place, name) is kind


def test_a_reports_path_finds_the_member_it_ends_like() -> None:
    found = MEMBERS.named(CASE, "screenshot", f"test-results/{SHOT}")

    assert found == Attachment(
        Kind.SCREENSHOT, "screenshot", CASE, archive="results", path=SHOT, size_bytes=300
    )


def test_a_path_that_two_members_end_like_is_kept_as_the_report_has_it() -> None:
    found = MEMBERS.named(CASE, "screenshot", "elsewhere/test-failed-1.png")

    assert found is not None
    assert (found.archive, found.path) == (None, "elsewhere/test-failed-1.png")


def test_a_link_stays_a_link() -> None:
    found = MEMBERS.named(CASE, "", "https://ci.example/run/7/server.log")

    assert found is not None
    assert (found.kind, found.name, found.link) == (
        Kind.LOG,
        "server.log",
        "https://ci.example/run/7/server.log",
    )
    assert found.path is None


def test_a_member_is_one_place_whether_a_report_names_it_or_not() -> None:
    named = MEMBERS.named(CASE, "screenshot", SHOT)
    listed = {one.path: one.digest for one in MEMBERS.unnamed()}

    assert named is not None
    assert named.digest == listed[SHOT]
    assert set(listed) == {SHOT, "till-opens/test-failed-1.png", "server.log"}


def test_the_same_path_of_two_cases_outside_of_any_archive_is_two_places() -> None:
    first = Attachment(Kind.LOG, "log", b"a" * 16, path="server.log")
    second = Attachment(Kind.LOG, "log", b"b" * 16, path="server.log")

    assert first.digest != second.digest


def test_kinds_are_kept_as_long_as_the_repository_says() -> None:
    retention = Retention(screenshots=timedelta(days=1), videos=timedelta(days=2))

    days = {kind: kept_for(kind, retention).days for kind in Kind}

    assert days == {Kind.SCREENSHOT: 1, Kind.VIDEO: 2, Kind.TRACE: 2, Kind.LOG: 30}


@given(st.text(max_size=40), st.text(max_size=40))
def test_any_text_names_at_most_one_place(name: str, place: str) -> None:
    found = MEMBERS.named(CASE, name, place)

    assert (found is None) == (place == "")
    if found is not None:
        assert (found.link is None) != (found.path is None)
        assert len(found.digest) == 16
