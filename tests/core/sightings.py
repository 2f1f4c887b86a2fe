"""Short ways to say what was seen of a case, and Hypothesis' ways to make it up."""

from datetime import UTC, datetime, timedelta

from hypothesis import strategies as st

from app.core.decide import Standing, standing_of
from app.core.outcomes import Outcome
from app.core.runs import BranchClass
from app.core.verdicts import Sighting, Verdict, verdicts_of

START = datetime(2026, 3, 1, 12, tzinfo=UTC)
MAIN, PR, QUEUE = BranchClass.DEFAULT, BranchClass.PULL_REQUEST, BranchClass.MERGE_QUEUE
PASSED, FAILED = Outcome.PASSED, Outcome.FAILED
ERRORED, SKIPPED = Outcome.ERRORED, Outcome.SKIPPED


def seen(
    outcome: Outcome,
    *,
    day: float = 0,
    code: str = "c1",
    variant: str = "linux",
    branch: BranchClass = MAIN,
    pr: int | None = None,
    is_trusted: bool = True,
    run: int = 1,
    attempt: int = 1,
    nth: int = 1,
) -> Sighting:
    """One execution, so many days after the first of March."""
    return Sighting(
        at=START + timedelta(days=day),
        outcome=outcome,
        code=code,
        head_sha=f"{code}-head",
        variant=variant,
        branch_class=branch,
        pr_number=pr,
        is_trusted=is_trusted,
        run_id=run,
        attempt=attempt,
        nth=nth,
    )


def on_main(story: str, *, first_day: float = 0, variant: str = "linux") -> list[Sighting]:
    """One commit of main a day: `P` passed, `F` failed, `S` skipped, `X` failed, then passed."""
    outcomes = {"P": [PASSED], "F": [FAILED], "S": [SKIPPED], "X": [FAILED, PASSED]}
    return [
        seen(
            outcome,
            day=first_day + number + attempt / 24,
            code=f"main{first_day + number:g}",
            variant=variant,
            run=1000 + number,
            attempt=attempt,
        )
        for number, letter in enumerate(story)
        for attempt, outcome in enumerate(outcomes[letter], start=1)
    ]


def on_pr(
    story: str, *, first_day: float = 0, number: int = 7, variant: str = "linux"
) -> list[Sighting]:
    """One push to a pull request a day, told as `on_main` does."""
    outcomes = {"P": [PASSED], "F": [FAILED], "X": [FAILED, PASSED]}
    return [
        seen(
            outcome,
            day=first_day + push + attempt / 24,
            code=f"pr{number}.{push}",
            branch=PR,
            pr=number,
            variant=variant,
            run=2000 + 100 * number + push,
            attempt=attempt,
        )
        for push, letter in enumerate(story)
        for attempt, outcome in enumerate(outcomes[letter], start=1)
    ]


def judged(
    *groups: list[Sighting], dismissed_at: datetime | None = None
) -> tuple[list[Verdict], Standing]:
    """The verdicts and the standing that these sightings come to."""
    verdicts = verdicts_of([one for group in groups for one in group])
    return verdicts, standing_of(verdicts, branch="main", dismissed_at=dismissed_at)


def standing(*groups: list[Sighting], dismissed_at: datetime | None = None) -> Standing:
    """The standing that these sightings come to."""
    return judged(*groups, dismissed_at=dismissed_at)[1]


outcomes = st.sampled_from(Outcome)


def histories(
    *, is_trusted: bool = True, codes: str = "abcde"
) -> st.SearchStrategy[list[Sighting]]:
    """Any executions of a case: a code has one branch and one pull request."""
    return st.lists(_sightings(is_trusted=is_trusted, codes=codes), max_size=24)


@st.composite
def _sightings(draw: st.DrawFn, *, is_trusted: bool, codes: str) -> Sighting:
    place = draw(st.integers(0, len(codes) - 1))
    pr = place - 2 if place > 2 else None
    return seen(
        draw(outcomes),
        day=draw(st.integers(0, 40)) / 4,
        code=codes[place],
        variant=draw(st.sampled_from(["linux", "windows"])),
        branch=PR if pr else MAIN,
        pr=pr,
        is_trusted=is_trusted,
        run=place,
        attempt=draw(st.integers(1, 3)),
        nth=draw(st.integers(1, 2)),
    )
