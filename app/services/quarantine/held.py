"""What a repository holds now, for programs and for people."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from app.core.errors import BadInput, Missing
from app.core.held import HeldCase
from app.core.owners import is_among
from app.core.reports.texts import clean
from app.core.runs import Repository
from app.db import held as rows
from app.db import owners, repositories
from app.db.session import Engine, Session, unit_of_work
from app.services.policy.policies import policy_of
from app.services.policy.terms import terms_of


def held_now(
    engine: Engine,
    repo_id: int,
    *,
    now: datetime,
    owner: str | None = None,
    branch: str | None = None,
) -> Sequence[HeldCase]:
    """What a CI script asks for; with an `owner`, what is theirs.

    What the policy exempts, on the `branch` where one is named, excuses nothing and is left out.
    """
    with unit_of_work(engine) as session:
        held = of_owner(session, repo_id, owner, rows.held(session, repo_id, now=now))
        policy = policy_of(session, repo_id)
        terms = terms_of(session, repo_id, policy, [one.case_id.hex for one in held])
        return [one for one in held if not terms.is_exempt(one.case_id.hex, branch)]


def of_owner(
    session: Session, repo_id: int, owner: str | None, held: Sequence[HeldCase]
) -> list[HeldCase]:
    """Those that somebody owns: the quarantine, or the case's file with others; all for None."""
    if owner is None:
        return list(held)
    named = owners.of_cases(session, repo_id, [one.case_id for one in held])
    return [
        one
        for one in held
        if is_among(owner, [one.quarantine.owner or "", *named.get(one.case_id, ())])
    ]


def repository_named(session: Session, full_name: str) -> Repository:
    """A repository by its name; Missing when we do not watch it."""
    found = repositories.repository_named(session, full_name)
    if found is None:
        raise Missing(f"No repository is called {full_name[:200]}.")
    return found


def case_named(session: Session, repo_id: int, name: str) -> UUID:
    """A case by its id, its whole name, or the last part of that if no other ends so.

    Raises Missing when there is none, BadInput, naming them, when there are several.
    """
    try:
        return UUID(name)
    except ValueError:
        pass
    found = rows.named(session, repo_id, clean(name))  # it was kept so from the report
    if not found:
        raise Missing(f"No case that ever failed is called {name[:200]}.")
    if len(found) > 1:
        ids = ", ".join(str(one) for one in found)
        raise BadInput(f"Several cases are called {name[:200]}; name one by its id: {ids}.")
    return found[0]
