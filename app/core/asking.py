"""What it is to ask for work: the three queues, and a request."""

from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import ClassVar


class QueueName(StrEnum):
    """The three queues, most urgent first."""

    CLICK = "click"  # a person waits
    RUN = "run"  # a pull request waits
    HISTORY = "history"  # nobody waits: backfill, replay, recompute


@dataclass(frozen=True, slots=True)
class Request:
    """Work asked for. Two of one kind and key are one: asking again adds nothing."""

    kind: ClassVar[str]

    @property
    def key(self) -> str:
        """What makes two of these one: all its fields, unless a kind says otherwise."""
        return ":".join(str(value) for value in asdict(self).values())


@dataclass(frozen=True, slots=True)
class FromDelivery(Request):
    """Work that a person's click asked for: each click is a piece of its own."""

    delivery_id: int

    @property
    def key(self) -> str:
        """What makes two of these one."""
        return str(self.delivery_id)
