"""What the policy says of one case: whether it may be held, for how long, and whose it is."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from app.core.holding import HoldingRules
from app.core.owners import is_owner
from app.core.policy.names import Mode
from app.core.policy.policy import Policy
from app.core.policy.rules import About
from app.core.runs import BranchClass, Run
from app.core.touched import touches
from app.db import authors, cases, changes, owners
from app.db.session import Session
from app.services.policy.policies import policy_of
from app.services.policy.terms import about


@dataclass(frozen=True, slots=True)
class Owner:
    """Whose a case is; a guess says so."""

    name: str | None  # @login or @organisation/team; None: nobody is known
    is_guess: bool


def rules_for(
    session: Session, repo_id: int, case_id: UUID, *, branch: str | None = None
) -> HoldingRules:
    """What the repository's policy says of a case, its owning team's override included.

    On a branch, where a run of it asks; on any, where a person does. Of several owners the first
    counts that has terms of its own, as where the case is judged; a guess has none.
    """
    return rules_for_cases(session, repo_id, [case_id], branch=branch)[case_id]


def rules_for_cases(
    session: Session, repo_id: int, case_ids: Sequence[UUID], *, branch: str | None = None
) -> dict[UUID, HoldingRules]:
    """The same of several cases, which must be known."""
    policy = policy_of(session, repo_id)
    named = owners.named(session, repo_id, case_ids)
    return {
        case_id: _rules(policy, named.get(case_id, ()), replace(one, branch=branch))
        for case_id, one in about(session, repo_id, case_ids).items()
    }


def _rules(policy: Policy, named: Sequence[str], about: About) -> HoldingRules:
    theirs = (policy.for_team(one) for one in named)
    ours = next((one for one in theirs if one is not policy), policy)
    return HoldingRules(
        is_observing=ours.mode is Mode.OBSERVE,
        activates=ours.quarantines_itself,
        flaky_threshold=ours.flaky_threshold,
        confidence_threshold=ours.confidence_threshold,
        lasts=ours.quarantine_lasts,
        cap=ours.quarantine_cap.repository,
        cap_a_day=ours.quarantine_cap.per_day,
        labels_required=ours.labels_required,
        is_exempt=ours.is_exempt(about),
    )


def owner_of(session: Session, repo_id: int, case_id: UUID) -> Owner | None:
    """Whose a case is above all; None where nobody is known."""
    return next(iter(owners_of(session, repo_id, case_id)), None)


def owners_of(session: Session, repo_id: int, case_id: UUID) -> tuple[Owner, ...]:
    """Whose a case is: by a person's word, else all whom the policy or CODEOWNERS names.

    Else it is a guess: whoever changed its file last. () where nobody is known.
    """
    return owners_of_cases(session, repo_id, [case_id]).get(case_id, ())


def owners_of_cases(
    session: Session, repo_id: int, case_ids: Collection[UUID]
) -> dict[UUID, tuple[Owner, ...]]:
    """The same of several cases; those of which nobody is known are missing."""
    named = owners.named(session, repo_id, case_ids)
    found = {
        case_id: tuple(Owner(one, is_guess=False) for one in names)
        for case_id, names in named.items()
    }
    guessed = _authors(session, repo_id, [one for one in case_ids if one not in named])
    for case_id, author in guessed.items():
        login = f"@{author}"
        found[case_id] = (Owner(login if is_owner(login) else author, is_guess=True),)
    return found


def labels_of(session: Session, run: Run) -> frozenset[str]:
    """The labels of the pull request that a run is of; none where it is of no pull request."""
    if run.pr_number is None:
        return frozenset()
    return authors.labels_of(session, run.key.repo_id, run.pr_number)


def changes_case(session: Session, run: Run, case_id: UUID) -> bool | None:
    """Whether the pull request that a run is of changes the case's own file.

    None where its files are not known, or a branch is no pull request yet, which may change it.
    """
    if run.pr_number is None:
        return None if run.branch_class is BranchClass.OTHER else False
    change = (run.head_sha, run.pr_number)
    known = changes.files(session, run.key.repo_id, [change]).get(change)
    if known is None:
        return None
    case = cases.cases(session, run.key.repo_id, [case_id])[case_id]
    return touches(known, file=case.file, classname=case.classname)


def _authors(session: Session, repo_id: int, case_ids: Sequence[UUID]) -> dict[UUID, str]:
    """Who changed these cases' files, or those of their classes, last; where that is known."""
    known = cases.cases(session, repo_id, case_ids).values() if case_ids else ()
    by_file = authors.last_of(session, repo_id, {one.file for one in known if one.file is not None})
    classes = {one.classname for one in known if one.file is None}
    by_class = authors.last_of_classes(session, repo_id, classes)
    found = (
        (one.id, by_class.get(one.classname) if one.file is None else by_file.get(one.file))
        for one in known
    )
    return {case_id: author for case_id, author in found if author is not None}
