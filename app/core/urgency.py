"""How urgent the work at hand is, for whoever shares something scarce out."""

from contextvars import ContextVar

from app.core.asking import QueueName

urgency: ContextVar[QueueName] = ContextVar("urgency", default=QueueName.CLICK)
"""Set when a task is taken up; outside of tasks, a person waits for a page or a command."""
