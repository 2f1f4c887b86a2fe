"""A flake that only a later run shows sets a proof back, and reopens what healed."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import text

from app.db import decisions, standings
from app.db.session import unit_of_work
from app.services import acts
from tests.services.acting import MONA
from tests.services.live import REPO, Attempt, Live

CASES = [f"case0-{number}" for number in range(6)]
FLAKY = CASES[0]


class Story:
    """A case that is held, and commits of main that come twice a day."""

    def __init__(self, live: Live) -> None:
        self.live, self.number = live, 0
        for fails in (False, False, True, False, False, True, False):
            self.see(fails=fails)
        with unit_of_work(live.engine) as session:
            [self.case_id] = [
                one.case_id for one in standings.standings(session, REPO) if one.name == FLAKY
            ]
            acts.activate(session, REPO, self.case_id, MONA, now=self.at)
            session.execute(text("UPDATE quarantine SET clean_needed = 4"))

    @property
    def at(self) -> datetime:
        return self.live.now - timedelta(days=20) + timedelta(hours=12 * self.number)

    def see(self, *outcomes: bool, fails: bool | None = None) -> None:
        """One commit after the other, in which the case failed or not."""
        for one in [fails] if fails is not None else [not passed for passed in outcomes]:
            self.number += 1
            results = {case: (not (one and case == FLAKY),) for case in CASES}
            sha = f"{self.number:040x}"
            self.live.see([Attempt(self.number, 1, self.at, sha, None, None, "linux", results)])

    def state(self) -> tuple[str, int]:
        with unit_of_work(self.live.engine) as session:
            found = decisions.newest(session, REPO, [self.case_id])[self.case_id]
        return found.state.value, found.clean_runs


@pytest.fixture
def story(live: Live) -> Story:
    return Story(live)


PASS, FAIL = True, False


def test_a_failure_that_the_next_commit_contradicts_begins_the_count_anew(story: Story) -> None:
    story.see(PASS, PASS, FAIL, PASS, PASS)
    set_back = story.state()
    story.see(PASS, PASS)

    assert (set_back, story.state()) == (("active", 2), ("active", 4))


def test_a_healed_case_is_reopened_by_a_flake_that_a_later_run_shows(story: Story) -> None:
    story.see(PASS, PASS, PASS, PASS)
    healed = story.state()

    story.see(FAIL)
    waits = story.state()
    story.see(PASS)

    assert healed == ("resolved", 4)
    assert (waits[0], story.state()[0]) == ("resolved", "active")


def test_a_flake_while_it_had_ended_counts_once_it_is_renewed(story: Story) -> None:
    story.see(PASS, PASS)
    with unit_of_work(story.live.engine) as session:
        session.execute(text("UPDATE quarantine SET state = 'expired', until = now()"))
    story.see(FAIL, PASS)

    with unit_of_work(story.live.engine) as session:
        acts.renew(session, REPO, story.case_id, MONA, reason="Not yet.", now=story.at)
        session.execute(text("UPDATE quarantine SET clean_needed = 3"))
    story.see(PASS)

    assert story.state()[0] == "active"


def test_taking_back_that_it_is_healed_counts_anew(story: Story) -> None:
    story.see(PASS, PASS, PASS, PASS)
    with unit_of_work(story.live.engine) as session:
        event = session.execute(text("SELECT max(event_id) FROM audit_event")).scalar_one()
        acts.undo(session, REPO, event, MONA, now=story.at)
    back = story.state()
    story.see(PASS)

    assert back == ("active", 0)
    assert story.state() == ("active", 1)
