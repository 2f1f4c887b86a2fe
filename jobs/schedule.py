"""What runs by the clock: each entry a cron expression and a function; and which are due."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from croniter import croniter

from app.core.asking import QueueName, Request
from app.core.requests import PollPlaces, RerunJob, SweepDeliveries, TellIssue
from app.db import issues, partitions, reruns
from app.db.session import unit_of_work
from app.db.work import tasks
from app.db.work.tasks import Asking
from app.services import clustering, erasing, retention, rollups
from app.services.answers import aftermath
from app.services.chat import workspaces
from app.services.judging import outages, spikes
from app.services.publishing import waiting
from app.services.quarantine import expiry
from app.services.slack import digest, own_digest, quarantine_report
from jobs.context import Context
from jobs.turns import tell_queue

AT_ONCE = 200  # pieces of work that one tick asks for

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Entry:
    """One scheduled job."""

    name: str
    cron: str  # five fields, UTC
    run: Callable[[Context], None]


def make_partitions(context: Context) -> None:
    """Make the coming months' partitions, so that no ingest has to."""
    with unit_of_work(context.engine) as session:
        partitions.make_ahead(session, now=context.clock())


def let_go(context: Context) -> None:
    """Let go of what is past its time; what is in use just now goes an hour later."""
    went = retention.retire(context.engine, now=context.clock())
    log.info("let_go", going=len(went.going), waiting=list(went.waiting))


def fold_rollups(context: Context) -> None:
    """Fold reports into the hourly rollups, and days that are over into the daily ones."""
    rollups.fold_due(context.engine, now=context.clock())


def fold_clusters(context: Context) -> None:
    """Fold failures that are in no cluster yet."""
    clustering.fold_due(context.engine, now=context.clock())


def end_outages(context: Context) -> None:
    """End the outages in which nothing has failed for long, and have that said."""
    outages.end_quiet(context.engine, now=context.clock())


def end_quarantines(context: Context) -> None:
    """Tell owners whose quarantines end soon, and end those whose time is up."""
    ended = expiry.end_due(context.engine, now=context.clock(), new_token=context.new_token)
    aftermath.hint(context.queue, ended.wanted, QueueName.RUN)
    if ended.told or ended.ended:
        log.info("quarantines_ended", told=ended.told, ended=ended.ended)


def watch_failures(context: Context) -> None:
    """Tell channels where more fails than usual, and when that is over."""
    if context.chat is None or context.is_silent:
        return
    wanted = spikes.watch(context.engine, now=context.clock(), new_token=context.new_token)
    tell_queue(context, [(QueueName.RUN, one) for one in wanted])


def look_after_reruns(context: Context) -> None:
    """Have wishes to re-run jobs taken further that wait, or of which nothing was heard."""
    with unit_of_work(context.engine) as session:
        open_ones = reruns.unfinished(session, limit=AT_ONCE)
    _ask(context, [RerunJob(repo_id, rerun_id) for repo_id, rerun_id in open_ones])


def refresh_issues(context: Context) -> None:
    """Have the figures in issues brought up to date that nobody touched for a day."""
    with unit_of_work(context.engine) as session:
        before = context.clock() - timedelta(days=1)
        open_ones = issues.open_ones(session, before=before, limit=AT_ONCE)
    _ask(context, [TellIssue(repo_id, issue_id) for repo_id, issue_id in open_ones])


def _ask(context: Context, wanted: Sequence[Request], queue: QueueName = QueueName.HISTORY) -> None:
    """Ask for work, such as nobody waits for unless another queue is named."""
    asking = [Asking(one, queue, context.new_token()) for one in wanted]
    with unit_of_work(context.engine) as session:
        tasks.ask(session, asking, now=context.clock())
    tell_queue(context, [(queue, one) for one in wanted])


def sweep_deliveries(context: Context) -> None:
    """Have what was lost on its way looked for, by a worker."""
    _ask(context, [SweepDeliveries()])


def poll(context: Context) -> None:
    """Have the code host asked what is new, by a worker, where it cannot tell us."""
    if context.news is not None:
        _ask(context, [PollPlaces()], QueueName.RUN)


def erase_gone(context: Context) -> None:
    """Erase what is kept of repositories that we were taken off long ago."""
    days = context.erase_after_days
    erased = erasing.erase_gone(context.engine, days=days, now=context.clock())
    if erased:
        log.info("gone_erased", repositories=erased)
    left = workspaces.erase_gone(context.engine, days=days, now=context.clock())
    if left:
        log.info("gone_erased", workspaces=len(left))


def tell_digests(context: Context) -> None:
    """Have channels, and people, told what became of theirs where it is nine o'clock by now."""
    if context.chat is None or context.is_silent:
        return
    now, request_id = context.clock(), context.new_token()
    wanted = [
        *digest.ask_due(context.engine, now=now, request_id=request_id),
        *own_digest.ask_due(context.engine, now=now, request_id=request_id),
    ]
    tell_queue(context, [(QueueName.HISTORY, one) for one in wanted])


def tell_quarantine_reports(context: Context) -> None:
    """Have channels told on Monday at nine what quarantine was worth in the week."""
    if context.chat is None or context.is_silent:
        return
    wanted = quarantine_report.ask_due(
        context.engine, now=context.clock(), request_id=context.new_token()
    )
    tell_queue(context, [(QueueName.HISTORY, one) for one in wanted])


def end_waiting(context: Context) -> None:
    """Let check runs say how it ended that have waited for a run too long."""
    waiting.end_late(context.engine, now=context.clock())


ENTRIES: Sequence[Entry] = (
    Entry("poll", "* * * * *", poll),
    Entry("fold_rollups", "* * * * *", fold_rollups),
    Entry("fold_clusters", "* * * * *", fold_clusters),
    Entry("end_outages", "* * * * *", end_outages),
    Entry("end_quarantines", "*/5 * * * *", end_quarantines),
    Entry("watch_failures", "*/5 * * * *", watch_failures),
    Entry("look_after_reruns", "*/5 * * * *", look_after_reruns),
    Entry("refresh_issues", "27 * * * *", refresh_issues),
    Entry("end_waiting", "*/10 * * * *", end_waiting),
    Entry("tell_digests", "*/15 * * * *", tell_digests),
    Entry("tell_quarantine_reports", "*/15 * * * *", tell_quarantine_reports),
    Entry("make_partitions", "17 3 * * *", make_partitions),
    Entry("erase_gone", "47 * * * *", erase_gone),
    Entry("sweep_deliveries", "7 * * * *", sweep_deliveries),
    Entry("let_go", "37 * * * *", let_go),
)


def due(
    entries: Sequence[Entry], last_runs: Mapping[str, datetime], *, now: datetime
) -> list[tuple[Entry, datetime]]:
    """The entries whose time has come since their last run, with the newest such time.

    What was missed during a pause is caught up once, not once for each missed time. An entry
    that never ran is due at once.
    """
    found = []
    for entry in entries:
        last = last_runs.get(entry.name)
        newest = croniter(entry.cron, now).get_prev(datetime)
        if last is None or newest > last:
            found.append((entry, newest))
    return found
