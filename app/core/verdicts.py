"""All executions of a case on one code in one variant, judged."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from app.core.outcomes import Outcome
from app.core.runs import BranchClass


class VerdictKind(StrEnum):
    """What the executions of a case on one code come to."""

    PASSED = "passed"  # it only passed
    FAILED = "failed"  # it only failed
    FLAKY = "flaky"  # it failed and passed
    SKIPPED = "skipped"  # it did neither


@dataclass(frozen=True, slots=True)
class Sighting:
    """One execution as a judge needs it: what happened, when, and to which code."""

    at: datetime
    outcome: Outcome
    code: str  # equal text, equal code
    head_sha: str
    variant: str
    branch_class: BranchClass
    pr_number: int | None
    is_trusted: bool
    run_id: int
    attempt: int
    nth: int  # within its report, from 1
    path: str = ""  # of its report, within what the job uploaded


@dataclass(frozen=True, slots=True)
class Verdict:
    """A case on one code in one variant."""

    kind: VerdictKind
    code: str
    head_sha: str
    variant: str
    branch_class: BranchClass
    pr_number: int | None
    is_trusted: bool
    passes: int
    failures: int
    first_at: datetime
    last_at: datetime
    contradicted_by: str | None  # how a flake was seen: "attempt 1, attempt 2"; None for others

    @property
    def is_decided(self) -> bool:
        """Whether it says anything: a skip does not."""
        return self.kind is not VerdictKind.SKIPPED


def verdicts_of(sightings: Iterable[Sighting]) -> list[Verdict]:
    """Judge sightings of one case by code and variant, oldest code first.

    Sightings may come in any order, and more than once. Where a code was trusted anywhere,
    only its trusted sightings count: a fork may run a commit of the base repository too.
    """
    groups: dict[tuple[str, str], set[Sighting]] = {}
    for sighting in sightings:
        groups.setdefault((sighting.code, sighting.variant), set()).add(sighting)
    verdicts = [_judge(sorted(_trusted(group), key=_moment)) for group in groups.values()]
    return sorted(verdicts, key=lambda verdict: (verdict.first_at, verdict.code, verdict.variant))


def _trusted(group: set[Sighting]) -> set[Sighting]:
    return {sighting for sighting in group if sighting.is_trusted} or group


def told_apart(sightings: Sequence[Sighting]) -> list[Sighting]:
    """The sightings of one case, with reports that stand beside each other told apart.

    Where one attempt has the case in several reports of one variant (an interpreter each, say),
    each of these reports is a variant of its own: that one fails and another passes is no
    contradiction.
    """
    paths: dict[tuple[str, int, int], set[str]] = {}
    for one in sightings:
        paths.setdefault((one.variant, one.run_id, one.attempt), set()).add(one.path)
    crowded = {variant for (variant, _, _), found in paths.items() if len(found) > 1}
    return [
        replace(one, variant=f"{one.variant} {one.path}") if one.variant in crowded else one
        for one in sightings
    ]


def _moment(sighting: Sighting) -> tuple[datetime, int, int, int]:
    return (sighting.at, sighting.run_id, sighting.attempt, sighting.nth)


def _judge(group: Sequence[Sighting]) -> Verdict:
    first = group[0]
    passes = sum(sighting.outcome is Outcome.PASSED for sighting in group)
    failures = sum(sighting.outcome.is_failing for sighting in group)
    kind = _kind(passes=passes, failures=failures)
    return Verdict(
        kind=kind,
        code=first.code,
        head_sha=first.head_sha,
        variant=first.variant,
        branch_class=_branch_class(group),
        pr_number=next((one.pr_number for one in group if one.pr_number is not None), None),
        is_trusted=first.is_trusted,
        passes=passes,
        failures=failures,
        first_at=first.at,
        last_at=group[-1].at,
        contradicted_by=_contradiction(group) if kind is VerdictKind.FLAKY else None,
    )


def _branch_class(group: Sequence[Sighting]) -> BranchClass:
    """Code that reached the default branch is its code, wherever it was tested before."""
    if any(sighting.branch_class is BranchClass.DEFAULT for sighting in group):
        return BranchClass.DEFAULT
    return group[0].branch_class


def _kind(*, passes: int, failures: int) -> VerdictKind:
    if passes and failures:
        return VerdictKind.FLAKY
    if failures:
        return VerdictKind.FAILED
    return VerdictKind.PASSED if passes else VerdictKind.SKIPPED


def _contradiction(group: Sequence[Sighting]) -> str:
    """Where it failed and where it passed, as a finished half-sentence."""
    failed = next(sighting for sighting in group if sighting.outcome.is_failing)
    others = [sighting for sighting in group if sighting.outcome is Outcome.PASSED]
    passed = next((s for s in others if _moment(s) > _moment(failed)), others[0])
    if (failed.run_id, failed.attempt) == (passed.run_id, passed.attempt):
        return f"failed and passed within attempt {failed.attempt}"
    if failed.run_id == passed.run_id:
        return f"failed on attempt {failed.attempt} and passed on attempt {passed.attempt}"
    return "failed in one run and passed in another"
