"""What a code host must offer where it cannot reach us: what is new there, asked for."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from app.core.deliveries import NewDelivery
from app.core.runs import Repository, RunKey


@dataclass(frozen=True, slots=True)
class Place:
    """An installation as we know it."""

    repo_ids: frozenset[int]  # that we are on
    is_suspended: bool
    permissions: Mapping[str, str] = field(default_factory=dict)  # granted, as last told


@dataclass(frozen=True, slots=True)
class Told:
    """What the host would have told by a webhook."""

    delivery: NewDelivery  # its GUID is the same each time that the same is listed
    attempt: RunKey | None = None  # of the finished run that it is about


class News(Protocol):
    """Lists what webhooks would have told, in their words."""

    def places(self, known: Mapping[int, Place], *, now: datetime) -> list[NewDelivery]:
        """What has changed of the installations that we know, by id, and which are new."""

    def of_repository(self, repository: Repository, *, since: datetime) -> list[Told]:
        """What has happened in a repository since then, oldest first."""

    def of_attempt(self, repository: Repository, key: RunKey) -> Told:
        """One finished attempt of a run; Missing when it is gone."""

    def files_of(self, repository: Repository, told: Told) -> Told:
        """A push with the files that its commits change, as a webhook has them."""
