"""What a task needs of the world, bound once per process by the roots."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from app.clock import Clock
from app.core.deliveries import Delivery, InstallationSeen, Taken
from app.core.reports import Limits
from app.db.session import Engine
from app.news import News
from app.ports import Chats, CodeHosts, Hook, Queue, Spool

Translate = Callable[[Delivery], Taken]


@dataclass(frozen=True, slots=True)
class Context:
    """The adapters and values that tasks work with."""

    engine: Engine
    code_hosts: CodeHosts
    chat: Chats | None  # None where no workspace is set up
    queue: Queue
    clock: Clock
    translators: Mapping[str, Translate]  # by source of the delivery
    chance: Callable[[], float]  # uniform in [0, 1): jitter
    new_token: Callable[[], str]  # unguessable
    limits: Limits
    server_url: str  # where people see the code host's pages
    public_url: str | None  # where people see ours; None: no links to us
    erase_after_days: int = 30  # that a repository is gone
    hook: Hook | None = None  # None: nobody can be asked what became of deliveries
    spool: Spool | None = None  # None: deliveries wait nowhere but in the database
    look_up: Callable[[int], InstallationSeen | None] = lambda installation_id: None  # as it is now
    news: News | None = None  # None: webhooks tell what is new
    backfill_days: int = 0  # that are read back where we come; 0: none
    forget: Callable[[int], None] = lambda installation_id: None  # what we hold of it: its token
    proposes: bool = True  # whether cases are proposed for quarantine of our own accord
    is_silent: bool = False  # nothing is said anywhere
    scratch: Path | None = None  # where downloads spill to; None: the system's own place
