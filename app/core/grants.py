"""What an installation must let us do, and what it does not."""

from collections.abc import Mapping

LEVELS = ("", "read", "write", "admin")  # each includes those before it
NEEDED: Mapping[str, str] = {
    "actions": "write",
    "checks": "write",
    "contents": "read",
    "issues": "write",
    "members": "read",
    "merge_queues": "read",
    "metadata": "read",
    "pull_requests": "write",
}
"""As in the App's manifest."""

FOR_PULL_REQUESTS = frozenset({"actions", "checks", "contents", "issues", "pull_requests"})
"""Without these, something is missing on every pull request."""


def lacking(granted: Mapping[str, str] | None) -> tuple[str, ...]:
    """The permissions that are not granted, or not far enough; none while nobody told."""
    if not granted:
        return ()
    return tuple(
        name for name, level in NEEDED.items() if _rank(granted.get(name, "")) < _rank(level)
    )


def _rank(level: str) -> int:
    return LEVELS.index(level) if level in LEVELS else 0
