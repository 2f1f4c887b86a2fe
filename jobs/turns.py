"""One turn at a task: leased, kept while it lasts, finished with its results, or given back."""

import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta

import structlog

from app.core.asking import QueueName, Request
from app.core.errors import ErrorKind, FlakeGuardError, NotGranted, RateLimited, Unavailable
from app.core.reports.texts import kept
from app.core.requests import EvaluateRun, IngestRun
from app.core.tracing import request_id
from app.core.urgency import urgency
from app.db import repositories
from app.db.session import Session, unit_of_work
from app.db.work import tasks
from jobs.context import Context

LEASE = timedelta(seconds=12)  # a killed worker's task is taken up again after this long
RENEW_EVERY = 3.0  # seconds; three renewals may fail before a lease is lost
FIRST_WAIT = timedelta(seconds=2)  # before the second try
LONGEST_WAIT = timedelta(minutes=15)
ERROR_MAX = 2_000  # bytes of an error that are kept with its task
TRIES = 10  # of what the outside refuses for now: some 40 minutes in all
TRIES_OF_A_BUG = 3  # the same code seldom works the fourth time
DEADLY = (
    "Whoever took this up died in the middle of it, again and again; "
    "see the workers' logs and their memory before it is taken up once more."
)

log = structlog.get_logger()


class LostLease(Exception):
    """Somebody else has the task now; nothing of this turn is kept."""


@dataclass(slots=True)
class Turn:
    """The transaction that ends a turn, and what it asks for."""

    session: Session
    asked: list[tuple[QueueName, Request]] = field(default_factory=list)

    def ask(self, queue: QueueName, request: Request) -> None:
        """Ask for work that follows; it is stored with the results and hinted at after them."""
        self.asked.append((queue, request))


@dataclass(frozen=True, slots=True)
class Work:
    """A task at hand."""

    context: Context
    lease: tasks.Lease

    @contextmanager
    def finishing(self) -> Iterator[Turn]:
        """The one transaction in which results are written and the task is done.

        Raises LostLease, and keeps nothing, when the lease ran out meanwhile.
        """
        with unit_of_work(self.context.engine) as session:
            turn = Turn(session)
            yield turn
            now = self.context.clock()
            tasks.ask(session, [self._asking(*asked) for asked in turn.asked], now=now)
            finish = tasks.finish(session, self.lease, now=now)
            if finish is None:
                raise LostLease
        again = [(finish.again, self.lease.request)] if finish.again else []
        tell_queue(self.context, [*turn.asked, *again])

    def _asking(self, queue: QueueName, request: Request) -> tasks.Asking:
        return tasks.Asking(request, queue, self.lease.request_id, self.lease.delivery_id)


Handler = Callable[[Work], None]


def perform(context: Context, handlers: Mapping[str, Handler], kind: str, key: str) -> bool:
    """Take a turn at a task; False when there is nothing to do, or somebody else does it."""
    with unit_of_work(context.engine) as session:
        lease = tasks.claim(
            session, kind, key, token=context.new_token(), now=context.clock(), lease=LEASE
        )
    if lease is None:
        return False
    token, before = request_id.set(lease.request_id), urgency.set(lease.queue)
    bound = structlog.contextvars.bound_contextvars(**_bindings(lease))
    try:
        with bound, _kept(context, lease):
            _attempt(context, handlers, lease)
    finally:
        request_id.reset(token)
        urgency.reset(before)
    return True


def _bindings(lease: tasks.Lease) -> dict[str, object]:
    """What every log line of this turn carries."""
    request = lease.request
    bound: dict[str, object] = {
        "task": f"{request.kind}:{request.key}",
        "delivery": lease.delivery_id,
        "request_id": lease.request_id,
    }
    if isinstance(request, IngestRun | EvaluateRun):
        bound["run"] = f"{request.run_id}.{request.attempt}"
    return bound


def tell_queue(context: Context, asked: list[tuple[QueueName, Request]]) -> None:
    """Hint at stored work; when nobody can be told, the sweep finds it."""
    for name in QueueName:
        requests = [request for queue, request in asked if queue is name]
        if not requests:
            continue
        try:
            context.queue.hint(name, requests)
        except Unavailable as error:
            log.warning("hint_lost", queue=name.value, requests=len(requests), error=str(error))


def _attempt(context: Context, handlers: Mapping[str, Handler], lease: tasks.Lease) -> None:
    try:
        if lease.tries >= TRIES:  # only workers that died leave so many behind
            raise Unavailable(DEADLY, kind=ErrorKind.PROCESSING, permanent=True)
        handlers[lease.request.kind](Work(context, lease))
    except LostLease:
        log.warning("lease_lost")
    except Exception as error:  # noqa: BLE001 -- whatever went wrong, the task must not be lost
        _settle(context, lease, error)
    else:
        log.info("task_done")


def _settle(context: Context, lease: tasks.Lease, error: Exception) -> None:
    """Give the task back to be tried later, or park it; the sweep does it if we cannot."""
    if isinstance(error, NotGranted):
        learn_grants(context, error)
    kind = error.kind if isinstance(error, FlakeGuardError) else ErrorKind.PROCESSING
    said = kept(str(error), ERROR_MAX) or type(error).__name__
    try:
        with unit_of_work(context.engine) as session:
            parked = _give_back(session, context, lease, error, said=said, kind=kind)
    except Unavailable as away:
        log.warning("task_abandoned", error=said, because=str(away))
        return
    is_bug = kind is ErrorKind.PROCESSING
    event = "task_parked" if parked else "task_postponed"
    log.warning(event, error=said, error_kind=kind.value, exc_info=error if is_bug else None)


def learn_grants(context: Context, refused: NotGranted) -> None:
    """Write down what the account that refused us lets us do; pages and check runs say it."""
    installation_id, refused.installation_id = refused.installation_id, None  # once is enough
    if installation_id is None:
        return
    try:
        seen = context.look_up(installation_id)
        if seen is not None:
            with unit_of_work(context.engine) as session:
                repositories.note_installation(session, seen, now=context.clock())
    except FlakeGuardError as error:
        log.warning("grants_unknown", installation=installation_id, error=str(error))


def _give_back(
    session: Session,
    context: Context,
    lease: tasks.Lease,
    error: Exception,
    *,
    said: str,
    kind: ErrorKind,
) -> bool:
    """Park the task (True) or postpone it (False)."""
    now = context.clock()
    if isinstance(error, RateLimited):
        tasks.postpone(session, lease, until=error.until, error=said, kind=kind, counts=False)
        return False
    is_hopeless = isinstance(error, FlakeGuardError) and error.permanent
    tries = TRIES if isinstance(error, FlakeGuardError) else TRIES_OF_A_BUG
    if is_hopeless or lease.tries + 1 >= tries:
        tasks.park(session, lease, now=now, error=said, kind=kind)
        return True
    until = now + wait_before(lease.tries + 1, chance=context.chance())
    tasks.postpone(session, lease, until=until, error=said, kind=kind, counts=True)
    return False


def wait_before(tries: int, *, chance: float) -> timedelta:
    """How long to wait after so many failed tries: doubled each time, half of it at random.

    `chance` in [0, 1). The random half keeps tasks that failed together from coming back
    together.
    """
    doubled: int = 2 ** min(tries - 1, 20)
    whole = min(FIRST_WAIT * doubled, LONGEST_WAIT)
    return whole / 2 + whole / 2 * chance


@contextmanager
def _kept(context: Context, lease: tasks.Lease) -> Iterator[None]:
    """Renew the lease in the background for as long as the block runs."""
    done = threading.Event()
    keeper = threading.Thread(target=_renew, args=(context, lease, done), daemon=True)
    keeper.start()
    try:
        yield
    finally:
        done.set()
        keeper.join()


def _renew(context: Context, lease: tasks.Lease, done: threading.Event) -> None:
    while not done.wait(RENEW_EVERY):
        try:
            with unit_of_work(context.engine) as session:
                if not tasks.renew(session, lease, until=context.clock() + LEASE):
                    return
        except Unavailable:
            continue  # the next renewal may reach it; else the lease runs out
