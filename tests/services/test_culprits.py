"""Who broke the default branch, where a push brought more commits than the one that was tested."""

from datetime import timedelta

import pytest
from sqlalchemy import text

from app.clock import utc_now
from app.core.decide import State
from app.core.evidence import EvidenceKind, Fact
from app.core.runs import Commit
from app.core.suspects import from_text
from app.db import changes, standings
from app.db.changes import DEFAULT, Wanted
from app.db.session import unit_of_work
from tests.services.live import REPO, Attempt, Live

CASES = [f"case0-{number}" for number in range(5)]
BROKEN = CASES[1]


def attempt(number: int, *, fails: bool) -> Attempt:
    """A commit of main, in a run of its own."""
    results = {case: (not (fails and case == BROKEN),) for case in CASES}
    at = utc_now() - timedelta(days=4) + timedelta(hours=number)
    return Attempt(number, 1, at, f"main{number}", None, None, "linux", results)


def see(live: Live, number: int, *, fails: bool) -> None:
    """Store and judge one."""
    live.see([attempt(number, fails=fails)])


def told(live: Live, head: str, since: str, *chain: tuple[str, str]) -> None:
    """What the code host says of a stretch: each commit with its first parent."""
    with unit_of_work(live.engine) as session:
        wanted = Wanted(head, DEFAULT, since)
        changes.write(session, REPO, wanted, ["README.md"], now=live.now)
        commits = [Commit(sha, (parent, "merged"), sha[-1], None, "Go on") for sha, parent in chain]
        changes.write_commits(session, REPO, commits, now=live.now)


def culprit(live: Live) -> dict[str, Fact]:
    """What is said of who broke it."""
    with unit_of_work(live.engine) as session:
        every = standings.standings(session, REPO)
    [standing] = [one.standing for one in every if one.name == BROKEN]
    assert standing.state is State.BROKEN
    [one] = [one for one in standing.evidence if one.kind is EvidenceKind.CULPRIT]
    return dict(one.facts)


@pytest.mark.parametrize("is_whole", [True, False])
def test_every_commit_of_the_push_is_a_suspect_where_the_stretch_is_known(
    live: Live, is_whole: bool
) -> None:
    for number in range(1, 9):
        see(live, number, fails=False)
    begin = "main8" if is_whole else "elsewhere"
    told(live, "main9", "main8", ("x", begin), ("y", "x"), ("main9", "y"))
    for number in (9, 10, 11):
        see(live, number, fails=True)

    facts = culprit(live)

    suspects = from_text(str(facts["range"]))
    assert [one.commit for one in suspects] == (
        ["x", "y", "main9", "main10", "main11"] if is_whole else ["main9", "main10", "main11"]
    )
    assert (facts["commit"], facts["author"]) == ("main9", "9")
    if is_whole:
        assert [one.p for one in suspects[:3]] == pytest.approx([1 / 3] * 3, abs=0.01)


def test_what_was_tested_meanwhile_and_passed_is_no_suspect(live: Live) -> None:
    for number in range(1, 12):
        see(live, number, fails=False)
    chain = [(f"main{number}", f"main{number - 1}") for number in range(3, 13)]
    told(live, "main12", "main2", *chain)
    for number in (12, 13, 14):
        see(live, number, fails=True)

    facts = culprit(live)

    assert (facts["passed"], facts["commit"], facts["author"]) == ("main11", "main12", "2")
    assert [one.commit for one in from_text(str(facts["range"]))] == ["main12", "main13", "main14"]


def test_a_run_that_left_no_report_tested_nothing(live: Live) -> None:
    see(live, 1, fails=False)
    cancelled = live.store(attempt(2, fails=False))
    with unit_of_work(live.engine) as session:
        session.execute(text("DELETE FROM execution"))
        session.execute(
            text("DELETE FROM report WHERE run_id = :run"), {"run": cancelled.key.run_id}
        )
    live.store(attempt(3, fails=True))

    with unit_of_work(live.engine) as session:
        [wanted] = changes.missing(session, REPO, upto=live.now)

    assert wanted == Wanted("main3", DEFAULT, "main1")
