"""Which repository is meant: of those the channel is bound to, or the asker may read."""

from collections.abc import Sequence

from app.core.chat_commands import best_matches, did_you_mean
from app.core.errors import BadInput, Missing, Unavailable
from app.core.runs import Repository
from app.db.chat import homes
from app.db.chat import places as chat_places
from app.db.session import unit_of_work
from app.ports import Permission
from app.render import escape
from app.render.words import slack as said
from app.services.slack.desk import SENTENCE, Desk, Place, Refused, must_be_linked, offer_link

LOOKED_AT = 12  # repositories that a name may mean and whose permission is asked for
MOST_PLACES = 10  # repositories that one answer speaks of


def bound(desk: Desk) -> list[Repository]:
    """The repositories that this channel is bound to, by name."""
    with unit_of_work(desk.engine) as session:
        return chat_places.bound(session, team_id=desk.team_id, channel=desk.channel)


def places(desk: Desk, name: str | None) -> list[Place]:
    """The named repository; without a name, all that the channel is bound to.

    Where it is bound to none, those that concern the asker and that they may read. Raises what
    `place` raises.
    """
    if name:
        return [place(desk, name)]
    if here := bound(desk):
        return [Place(one, is_bound=True) for one in here[:MOST_PLACES]]
    theirs = [] if desk.linked is None else concerning(desk)
    if not theirs:
        raise BadInput(said.name_a_repository())
    return [Place(one, is_bound=False) for one in theirs[:MOST_PLACES]]


def place(desk: Desk, name: str | None) -> Place:
    """One repository. What may not be read is told apart from what does not exist by nobody.

    Raises BadInput where the name could mean several, or none was given and there are several;
    Missing, with what may have been meant, where it means nothing that the asker may read.
    """
    here = bound(desk)
    if not name:
        meant = places(desk, None)
        if len(meant) == 1:
            return meant[0]
        names = [one.repository.full_name for one in meant]
        raise BadInput(said.which_of_these(names, is_bound=meant[0].is_bound))
    if found := _only(name, here):
        return Place(found, is_bound=True)
    known = [] if desk.linked is None else readable(desk, name)
    if found := _only(name, known):
        return Place(found, is_bound=any(one.id == found.id for one in here))
    seen = [one.full_name for one in (*here, *known)]
    sentence = said.no_repository(name) + did_you_mean(name, seen)
    if desk.linked is None:
        raise Refused(f"{escape.slack(sentence, limit=SENTENCE)} {offer_link(desk)}")
    raise Missing(sentence)


def concerning(desk: Desk) -> list[Repository]:
    """The repositories that may concern the asker, of those that GitHub lets them read.

    Raises Refused where nobody knows who asks.
    """
    linked = must_be_linked(desk)
    with unit_of_work(desk.engine) as session:
        found = homes.concerning(
            session,
            login=linked.login,
            user_id=linked.user_id,
            team_id=desk.team_id,
            most=LOOKED_AT,
        )
    return [one for one in found if desk.permission(one) >= Permission.READ]


def readable(desk: Desk, name: str) -> list[Repository]:
    """Repositories with this in their names that the asker may read; GitHub is asked for each.

    One of which it does not say just now is left out, unless the name fits no other better:
    then what GitHub's client raises is raised.
    """
    with unit_of_work(desk.engine) as session:
        found = chat_places.named(session, name, most=LOOKED_AT)
    known: list[Repository] = []
    unsaid: dict[str, Unavailable] = {}
    for one in found:
        try:
            known += [one] if desk.permission(one) >= Permission.READ else []
        except Unavailable as error:
            unsaid[one.full_name] = error
    for fits in best_matches(name, [*(one.full_name for one in known), *unsaid]):
        if fits in unsaid:
            raise unsaid[fits]
    return known


def _only(name: str, known: Sequence[Repository]) -> Repository | None:
    """The one that is meant; None where none fits, BadInput where several fit equally well."""
    fits = best_matches(name, [one.full_name for one in known])
    if len(fits) > 1:
        raise BadInput(said.which_repository(name, fits))
    return next((one for one in known if [one.full_name] == fits), None)
