"""A context without an outside: a real database, a queue with memory, hands on the clock."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count

from sqlalchemy import text

from app.core.asking import QueueName, Request
from app.core.errors import ErrorKind, Unavailable
from app.core.reports import Limits
from app.core.requests import TakeDelivery
from app.db.session import Engine, unit_of_work
from app.db.work import tasks
from app.db.work.tasks import Asking
from app.ports import CodeHost
from jobs.context import Context, Translate
from jobs.turns import Work, perform

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
KIND = TakeDelivery.kind
AWAY = Unavailable("GitHub is away.", kind=ErrorKind.GITHUB_API)


@dataclass
class Hands:
    """A clock that stands still until somebody turns it."""

    now: datetime = NOW

    def __call__(self) -> datetime:
        return self.now

    def turn(self, by: timedelta) -> None:
        self.now += by


@dataclass
class Hints:
    """A queue that remembers, and may be away."""

    given: list[tuple[QueueName, Request]] = field(default_factory=list)
    is_away: bool = False

    def hint(self, queue: QueueName, requests: Sequence[Request]) -> None:
        if self.is_away:
            raise Unavailable("Redis did not answer: it is away", kind=ErrorKind.PROCESSING)
        self.given += [(queue, request) for request in requests]


def nobody(installation_id: int) -> CodeHost:
    raise AssertionError("no code host is asked here")


@dataclass
class Desk:
    """Where tasks are asked for and worked on."""

    engine: Engine
    clock: Hands = field(default_factory=Hands)
    hints: Hints = field(default_factory=Hints)
    chance: float = 0.0
    translators: Mapping[str, Translate] = field(default_factory=dict)
    numbers: "count[int]" = field(default_factory=count)

    @property
    def context(self) -> Context:
        return Context(
            engine=self.engine,
            code_hosts=nobody,
            chat=None,
            queue=self.hints,
            clock=self.clock,
            translators=self.translators,
            chance=lambda: self.chance,
            new_token=lambda: f"token-{next(self.numbers)}",
            limits=Limits(),
            server_url="https://github.test",
            public_url=None,
        )

    def ask(
        self,
        number: int = 1,
        *,
        queue: QueueName = QueueName.RUN,
        delivery_id: int | None = None,
        after: timedelta = timedelta(),
    ) -> None:
        """Ask for one delivery to be taken."""
        asking = Asking(TakeDelivery(number), queue, "r1", delivery_id, after)
        with unit_of_work(self.engine) as session:
            tasks.ask(session, [asking], now=self.clock())

    def work(self, handler: Callable[[Work], None], number: int = 1) -> bool:
        """Take a turn; whether there was one to take."""
        return perform(self.context, {KIND: handler}, KIND, str(number))

    def task(self, number: int = 1) -> dict[str, object]:
        """The task as it stands."""
        with unit_of_work(self.engine) as session:
            found = session.execute(
                text("SELECT * FROM task WHERE kind = :kind AND key = :key"),
                {"kind": KIND, "key": str(number)},
            )
            return dict(found.mappings().one())

    def open_tasks(self) -> int:
        with unit_of_work(self.engine) as session:
            return tasks.count_open(session)


def done(work: Work) -> None:
    """What there is to do when there is nothing to do."""
    with work.finishing():
        pass


def failing(error: BaseException) -> Callable[[Work], None]:
    """A handler that fails like this."""

    def fail(work: Work) -> None:
        raise error

    return fail
