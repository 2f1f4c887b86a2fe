"""Channels outside Slack: adding them, and reading where they lead."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from app.clock import Clock
from app.core.errors import FlakeGuardError, Missing, RateLimited
from app.core.outlets import TEAM, Outlet, OutletKind, Target, must_be_name, place_of
from app.core.runs import Repository
from app.db.chat import outlets, places
from app.db.chat.places import Subscription
from app.db.session import Engine, unit_of_work
from app.db.work import breakers
from app.services.access.vault import Vault

WHAT = "The address of channel {name}"
LONGEST_ERROR = 300  # characters that are kept of what went wrong


@dataclass(frozen=True, slots=True)
class Outlets:
    """Every channel outside Slack."""

    engine: Engine
    vault: Vault
    clock: Clock

    def add(
        self, name: str, kind: OutletKind, target: Target, *, accounts: Sequence[str] = ()
    ) -> None:
        """Add a channel, or lead one elsewhere. Who calls has looked at the target."""
        content = self.vault.seal(target.to_json())
        with unit_of_work(self.engine) as session:
            outlets.add(
                session, must_be_name(name), kind, content, accounts=accounts, now=self.clock()
            )

    def target(self, name: str) -> tuple[OutletKind, Target] | None:
        """What a channel is and where it leads; None when there is none of that name."""
        with unit_of_work(self.engine) as session:
            found = outlets.sealed(session, name)
        if found is None:
            return None
        kind, content = found
        return kind, Target.from_json(self.vault.open(content, what=WHAT.format(name=name)).text)

    @contextmanager
    def spared(self, name: str) -> Iterator[None]:
        """Say something in a channel, and remember whether that failed.

        Raises RateLimited, without trying, after it failed five times in a row.
        """
        breaker, now = place_of(name), self.clock()
        with unit_of_work(self.engine) as session:
            until = breakers.closed_again_at(session, breaker, now=now)
        if until is not None:
            message = f"Channel {name} failed too often lately; it is spared for a minute."
            raise RateLimited(message, until=until)
        try:
            yield
        except FlakeGuardError as error:
            with unit_of_work(self.engine) as session:
                outlets.note(session, name, error=str(error)[:LONGEST_ERROR], now=now)
                if not error.permanent:
                    breakers.note_failure(session, breaker, now=now)
            raise
        with unit_of_work(self.engine) as session:
            outlets.note(session, name, error=None, now=now)
            breakers.note_success(session, breaker)

    def every(self) -> list[Outlet]:
        """Every channel, by name."""
        with unit_of_work(self.engine) as session:
            return outlets.every(session)

    def remove(self, name: str) -> None:
        """Take a channel away; Missing when there is none of that name."""
        with unit_of_work(self.engine) as session:
            if not outlets.remove(session, name):
                raise Missing(f"There is no channel {name}.")

    def bind(self, name: str, repository: Repository, *, kinds: Sequence[str] = ()) -> None:
        """Let a channel hear of a repository; Missing when there is none of that name."""
        with unit_of_work(self.engine) as session:
            if outlets.outlet(session, name) is None:
                raise Missing(f"There is no channel {name}.")
            wanted = Subscription(repository.id, TEAM, place_of(name), tuple(kinds))
            places.subscribe(session, wanted, now=self.clock())
