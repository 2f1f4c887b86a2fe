"""Export: a repository's history as `flakeguard backtest` reads it, a part at a time."""

from collections.abc import Iterator
from datetime import datetime
from uuid import UUID

from app.core.history.records import Header
from app.core.history.writer import case_set_line, header_line, observation_line
from app.core.runs import Repository
from app.db import aliases, cases
from app.db.observed import observations
from app.db.observed import reports as observed_reports
from app.db.observed.sets import Sets
from app.db.session import Engine, Session, unit_of_work

REPORTS_AT_A_TIME = 200


def export(engine: Engine, repository: Repository, *, now: datetime) -> Iterator[bytes]:
    """The lines of a history, oldest report first; each report that a scorer has seen.

    Memory does not grow with the history: reports are read in parts, each in a transaction of its
    own, and only the cases' names, and which sets of them were written, are held. A branch without
    a pull request has a negative number for one.

    What was observed as one is one here. The order is that of the jobs' ends, as a recompute has
    it. Live, a run is judged when it has come, be it after one that ended later: up to `LATE` of
    `observing` behind it, what was said then is what the order of arrival told, and may differ
    from what a replay says; what came later still, a recompute has put in its place.
    """
    yield header_line(Header(repository.full_name, repository.default_branch))
    names = _Names()
    written: set[str] = set()
    after: tuple[datetime, int] | None = None
    while True:
        with unit_of_work(engine) as session:
            lines, after = _part(session, repository, names, written, after=after, now=now)
        yield from lines
        if after is None:
            return


class _Names(dict[str, str]):
    """By id: the name of each case, unique in the repository."""

    def __init__(self) -> None:
        super().__init__()
        self._taken: set[str] = set()

    def give(self, case: str, name: str) -> None:
        """Call a case so; one whose name is taken has its id behind it."""
        if case not in self:
            unique = f"{name} [{case}]" if name in self._taken else name
            self._taken.add(unique)
            self[case] = unique


def _part(
    session: Session,
    repository: Repository,
    names: _Names,
    written: set[str],
    *,
    after: tuple[datetime, int] | None,
    now: datetime,
) -> tuple[list[bytes], tuple[datetime, int] | None]:
    """The next lines, and where the part after them begins; None at the end."""
    part = observed_reports.in_time(session, repository.id, after=after, most=REPORTS_AT_A_TIME)
    renamed = aliases.renamed(session, repository.id)
    sets = Sets(session, repository.id, renamed)
    lines = []
    for seen in observations.observations(
        session, repository.id, part.reports, sets=sets, renamed=renamed, now=now, every_skip=True
    ):
        ran = seen.observation.ran
        if ran.name not in written:
            for case, name in cases.names(session, repository.id, ran.files.keys() - names.keys()):
                names.give(case, name)
            for case in ran.files:
                names.give(case, case)  # one that is gone has no other name
            ids = [UUID(hex=case) for case in ran.files]
            labels = cases.labels(session, repository.id, ids)
            by_case = {case.hex: one for case, one in labels.items()}
            lines.append(case_set_line(ran, names, by_case))
            written.add(ran.name)
        lines.append(observation_line(seen.observation, names))
    return lines, part.after
