"""The id that ties one request from outside to all the work that it causes."""

from contextvars import ContextVar

request_id: ContextVar[str] = ContextVar("request_id", default="")
"""Set at the door and when a task starts; sent along with every outgoing call."""
