"""What the pages of outages show, read in one transaction each."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from app.core.errors import Missing
from app.core.outages import Reach
from app.core.pages import Page
from app.db import case_outages, outages, pages
from app.db.outages import ShownCase, ShownRun
from app.db.session import Engine, Session, unit_of_work
from app.services.pages import NOT_HERE

OUTAGES_SHOWN = 25  # of a page


@dataclass(frozen=True, slots=True)
class OutagePage:
    """Everything that an event's page shows."""

    repository: str
    reach: Reach
    cases: tuple[ShownCase, ...]
    runs: tuple[ShownRun, ...]
    common: tuple[int, str] | None  # the cluster that most of its failures are in


def listed(
    engine: Engine,
    full_name: str,
    *,
    page: int,
    owner: str | None = None,
    viewer: int | None = None,
) -> Page[Reach]:
    """A repository's events, the newest first; Missing when the viewer may not see it.

    With an `owner`, those that hit a case of theirs.
    """
    with unit_of_work(engine) as session:
        repo_id = _repository(session, full_name, viewer)
        return outages.listed(session, repo_id, page=page, size=OUTAGES_SHOWN, owner=owner)


def one(engine: Engine, full_name: str, outage_id: int, *, viewer: int | None = None) -> OutagePage:
    """An event's page; Missing when there is none, or the viewer may not see it."""
    with unit_of_work(engine) as session:
        repo_id = _repository(session, full_name, viewer)
        reach = outages.reach(session, repo_id, outage_id)
        if reach is None:
            raise Missing(NOT_HERE)
        return OutagePage(
            repository=full_name,
            reach=reach,
            cases=outages.shown_cases(session, repo_id, outage_id),
            runs=outages.shown_runs(session, repo_id, outage_id),
            common=outages.common(session, repo_id, outage_id),
        )


def of_runs(session: Session, repo_id: int, run_ids: Sequence[int]) -> dict[UUID, Reach]:
    """The event that each case of these runs failed in."""
    found = case_outages.of_runs(session, repo_id, run_ids)
    known = {outage_id: outages.reach(session, repo_id, outage_id) for outage_id in found.values()}
    return {case: reach for case, one in found.items() if (reach := known[one]) is not None}


def _repository(session: Session, full_name: str, viewer: int | None) -> int:
    found = pages.repository(session, full_name, viewer=viewer)
    if found is None:
        raise Missing(NOT_HERE)
    return found.repo_id
