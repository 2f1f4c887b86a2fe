"""Which case somebody means: one of those at hand if one fits, else one that ever failed."""

from collections.abc import Sequence
from uuid import UUID

from app.core.errors import BadInput, Missing
from app.core.naming import KnownCase, close_to, meant
from app.db import held
from app.db.session import Session
from app.render.words import answers as said


def case_meant(
    session: Session, repo_id: int, name: str, *, near: Sequence[UUID] = ()
) -> KnownCase:
    """The case that is called so.

    Raises Missing, with names that look like it, where there is none, and BadInput, naming them,
    where there are several, or where nothing was named.
    """
    if not name.strip():
        raise BadInput(said.name_a_case())
    everywhere = held.ever_failed(session, repo_id)
    at_hand = [case for case in everywhere if case.case_id in set(near)]
    found = meant(name, at_hand) or meant(name, everywhere)
    if not found:
        raise Missing(said.no_such_case(name, close_to(name, everywhere)))
    if len(found) > 1:
        raise BadInput(said.several_cases(name, [case.name for case in found]))
    return found[0]
