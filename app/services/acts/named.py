"""Acts by their names, as the command line and the API take them."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID

from app.core.acts import ActName
from app.core.errors import BadInput
from app.core.reasons import readable
from app.core.reports.texts import clean
from app.core.reruns import TIMES_ASKED
from app.db.session import Session
from app.services.acts import cases, quarantines
from app.services.acts.actor import Actor, Done
from app.services.acts.issues import open_issue
from app.services.acts.reruns import rerun
from app.services.acts.terms import Wish

MOST_DAYS = 365


@dataclass(frozen=True, slots=True)
class Asked:
    """What comes along with an act; each act takes what it needs."""

    reason: str = ""
    days: int | None = None
    owner: str | None = None
    commit: str | None = None
    times: int | None = None


NOTHING_MORE = Asked()


def perform(
    session: Session,
    repo_id: int,
    case_id: UUID,
    name: ActName,
    asked: Asked,
    actor: Actor,
    *,
    now: datetime,
) -> Done:
    """Do it. The caller has checked that the actor may.

    Raises BadInput where something is missing, Missing, and Conflict where the case is in no
    state for it.
    """
    if asked.days is not None and not 1 <= asked.days <= MOST_DAYS:
        raise BadInput(f"Name 1 to {MOST_DAYS} days, not {asked.days}.")
    act = _Act(session, repo_id, case_id, _kept(asked), actor, now)
    if name in {ActName.OPEN_ISSUE, ActName.RERUN}:
        return act.beside(name)
    if name in {ActName.OWN, ActName.MUTE, ActName.UNMUTE, ActName.STABLE}:
        return act.about_case(name)
    return act.about_quarantine(name)


def _kept(asked: Asked) -> Asked:
    """What was asked, as the database can hold it. BadInput for a name that it cannot."""
    for name in (asked.owner, asked.commit):
        if name is not None and clean(name) != name:
            raise BadInput("An owner or a commit holds no control characters.")
    return replace(asked, reason=readable(asked.reason))


@dataclass(frozen=True, slots=True)
class _Act:
    """One act about to be done."""

    session: Session
    repo_id: int
    case_id: UUID
    asked: Asked
    actor: Actor
    now: datetime

    def beside(self, name: ActName) -> Done:
        """What is done about a case beside deciding."""
        to, asked, now = self._to, self.asked, self.now
        if name is ActName.OPEN_ISSUE:
            return open_issue(*to, now=now)
        times = TIMES_ASKED if asked.times is None else asked.times
        return rerun(*to, times=times, now=now)

    def about_case(self, name: ActName) -> Done:
        """What is said of the case itself."""
        to, asked, now = self._to, self.asked, self.now
        if name is ActName.OWN:
            return cases.own(*to, owner=asked.owner or "", now=now)
        if name is ActName.MUTE:
            if asked.days is None:
                raise BadInput("Say for how many days the case is to be muted.")
            return cases.mute(*to, until=now + timedelta(days=asked.days), now=now)
        if name is ActName.UNMUTE:
            return cases.unmute(*to, now=now)
        return cases.mark_stable(*to, sha=asked.commit or "", now=now)

    def about_quarantine(self, name: ActName) -> Done:
        """A step of its quarantine."""
        to, reason, now = self._to, self.asked.reason, self.now
        wish = Wish(self.asked.days, self.asked.owner)
        if name is ActName.ACTIVATE:
            return quarantines.activate(*to, reason=reason, wish=wish, now=now)
        if name is ActName.RENEW:
            return quarantines.renew(*to, reason=reason, wish=wish, now=now)
        if name is ActName.REOPEN:
            return quarantines.reopen(*to, reason=reason, wish=wish, now=now)
        if name is ActName.PROPOSE:
            return quarantines.propose(*to, reason=reason, now=now)
        if name is ActName.DECLINE:
            return quarantines.decline(*to, reason=reason, now=now)
        if name is ActName.RELEASE:
            return quarantines.release(*to, reason=reason, now=now)
        return quarantines.dismiss(*to, reason=reason, now=now)

    @property
    def _to(self) -> tuple[Session, int, UUID, Actor]:
        """Where it is done, and by whom."""
        return self.session, self.repo_id, self.case_id, self.actor
