"""What the pages need from outside: the one argument of everything here."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from app.clock import Clock
from app.db.session import Engine
from app.ports import Queue
from app.services.access.people import People
from app.services.access.sessions import Door, FailedAttempts
from app.services.access.set_up import SetUp
from app.services.chat.linking import ChatLinking
from app.services.chat.workspaces import Workspaces


@dataclass(frozen=True, slots=True)
class Web:
    """The pages' surroundings. Built once, by the root."""

    engine: Engine
    clock: Clock
    queue: Queue  # is told when a person takes parked work up again
    admin_token: str | None = field(
        default=None, repr=False
    )  # None: only one-time links open the pages
    public_url: str | None = None  # where people reach us; https makes the cookies secure
    server_url: str = ""  # where people see the code host's pages; "": no links there
    contact: str | None = None  # URI for security.txt; None: this installation's own /security
    rates: Mapping[str, float] = field(default_factory=dict)  # money a minute, by runner's label
    failed: FailedAttempts = field(default_factory=FailedAttempts)
    people: People | None = None  # None: nobody signs in through GitHub
    linking: ChatLinking | None = None  # None: nobody on Slack is linked from here
    set_up: SetUp | None = None  # None: the App is not set up from here

    workspaces: Workspaces | None = None  # None: no chat app is installed from here

    @property
    def secure(self) -> bool:
        """Whether people come by https, so that cookies may insist on it."""
        return bool(self.public_url) and str(self.public_url).startswith("https://")

    @property
    def door(self) -> Door:
        """Who may come in."""
        return Door(self.engine, self.admin_token, self.failed, self.people)
