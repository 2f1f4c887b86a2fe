"""How times and figures look."""

from datetime import timedelta

import pytest

from app.core.pages import CaseName, Decision, QuarantineLine
from app.web.formats import ago, decision_of, duration, place_of, quarantine_of, sentences, title_of
from tests.web.world import NOW


@pytest.mark.parametrize(
    ("age", "said"),
    [
        (timedelta(0), "just now"),
        (timedelta(seconds=-30), "just now"),
        (timedelta(seconds=59), "just now"),
        (timedelta(minutes=1), "1 min ago"),
        (timedelta(minutes=59, seconds=59), "59 min ago"),
        (timedelta(hours=1), "1 h ago"),
        (timedelta(hours=23, minutes=59), "23 h ago"),
        (timedelta(days=1), "1 day ago"),
        (timedelta(days=59, hours=23), "59 days ago"),
        (timedelta(days=60), "2026-09-21"),
        (timedelta(days=-2), "2026-11-22"),
    ],
)
def test_an_age_is_said_in_the_unit_that_a_person_would_use(age: timedelta, said: str) -> None:
    assert ago(NOW - age, now=NOW) == said


@pytest.mark.parametrize(
    ("milliseconds", "said"), [(None, ""), (0, "0 ms"), (999, "999 ms"), (1000, "1.0 s")]
)
def test_a_duration_is_short(milliseconds: int | None, said: str) -> None:
    assert duration(milliseconds) == said


def test_a_name_leaves_out_what_it_does_not_have() -> None:
    bare = CaseName(suite="", classname="", name="", parameters="", file=None, line=None)

    assert (title_of(bare), place_of(bare)) == ("(no name)", "")


def test_a_decision_says_what_and_where() -> None:
    quarantine = Decision(NOW, "@mona", "check", "quarantine", "", "")
    later = Decision(NOW, "@mona", "carrier pigeon", "link_issue", "", "")

    assert decision_of(quarantine) == "quarantined it on the check run"
    assert decision_of(later) == "link issue by carrier pigeon"


@pytest.mark.parametrize("stored", [{}, {"kind": "of a later version"}, {"kind": "contradicted"}])
def test_evidence_that_cannot_be_said_is_left_out(stored: dict[str, str]) -> None:
    assert sentences((stored,)) == []


@pytest.mark.parametrize(
    ("state", "event", "by", "wanted"),
    [
        ("proposed", "", "flakeguard", "Quarantine proposed by flakeguard, 2026-11-20."),
        ("active", "", "@mona", "Quarantined by @mona until 2026-12-20."),
        ("fix_pending", "", "@mona", "Quarantined by @mona until 2026-12-20."),
        ("expired", "", "@mona", "Quarantined by @mona; that ended 2026-12-20."),
        ("dismissed", "not_flaky", "@mona", "Marked as not flaky by @mona."),
        ("dismissed", "turned_broken", "flakeguard", "Quarantine ended by flakeguard, 2026-11-20."),
        ("resolved", "", "@mona", "Quarantined by @mona; the fix was proven 2026-11-20."),
    ],
)
def test_a_decision_about_a_case_is_said_with_who_and_when(
    state: str, event: str, by: str, wanted: str
) -> None:
    until = NOW + timedelta(days=30)
    line = QuarantineLine(state, by, "", since=NOW, until=until, event=event)

    assert quarantine_of(line, now=NOW) == wanted
