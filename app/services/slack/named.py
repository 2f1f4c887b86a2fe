"""Which case is meant: by its id, its whole name, the last part of it, or any part."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from app.core.chat_commands import did_you_mean
from app.core.errors import BadInput, Missing
from app.core.runs import Repository
from app.db.chat import cases
from app.db.chat.cases import FoundCase
from app.db.session import unit_of_work
from app.render.words import slack as said
from app.services.slack.desk import Desk, Place
from app.services.slack.places import place, places

LISTED = 6  # cases that one text may mean
COMPARED = 500  # names among which one is looked for that was meant


@dataclass(frozen=True, slots=True)
class NamedCase:
    """A case that somebody named, and where."""

    place: Place
    case_id: UUID
    name: str  # raw

    @property
    def repository(self) -> Repository:
        """Whose case it is."""
        return self.place.repository


def case(desk: Desk, words: Sequence[str]) -> NamedCase:
    """The one case that these words name; the first of them may be its repository.

    Raises BadInput, naming them, where they could mean several; Missing, with what may have
    been meant, where they mean none that the asker may read.
    """
    if not words:
        raise BadInput(said.name_a_case())
    where, name = _where(desk, list(words))
    if not name:
        raise BadInput(said.name_a_case())
    repos = {one.repository.id: one for one in where}
    found = _found(desk, list(repos), name)
    if not found:
        with unit_of_work(desk.engine) as session:
            known = cases.names(session, list(repos), most=COMPARED)
        raise Missing(said.no_case(name) + did_you_mean(name, known))
    best = _best(found)
    if len(best) > 1:
        raise BadInput(said.which_case(name, [(one.full_name, one.case_id.hex) for one in best]))
    return NamedCase(repos[best[0].repo_id], best[0].case_id, best[0].full_name)


def _where(desk: Desk, words: list[str]) -> tuple[list[Place], str]:
    """Where to look, and for what; a first word with a slash that is a repository says where."""
    if len(words) > 1 and "/" in words[0]:
        try:
            return [place(desk, words[0])], " ".join(words[1:])
        except (Missing, BadInput):
            pass  # then it belongs to the name
    return places(desk, None), " ".join(words)


def _found(desk: Desk, repos: list[int], name: str) -> list[FoundCase]:
    with unit_of_work(desk.engine) as session:
        try:
            known = cases.by_id(session, repos, UUID(name))
        except ValueError:
            return cases.matching(session, repos, name, most=LISTED)
        return [known] if known else []


def _best(found: list[FoundCase]) -> list[FoundCase]:
    whole = [one for one in found if one.is_whole]
    last = [one for one in found if one.is_last]
    return whole or last or found
