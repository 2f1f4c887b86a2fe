"""Pages of lists, with Slack's cursors."""

from base64 import b64decode, b64encode
from collections.abc import Callable, Mapping, Sequence
from typing import TypeVar

from app.sandbox.slack.entities import Json

DEFAULT_PAGE = 100
LARGEST_PAGE = 999
One = TypeVar("One")


def page_of(
    given: Mapping[str, object],
    items: Sequence[One],
    name: str,
    shape: Callable[[One], Json],
) -> Json:
    """One page of a list and the cursor of the next; an unreadable cursor starts again."""
    size = _number(given.get("limit"), default=DEFAULT_PAGE)
    size = min(max(size, 1), LARGEST_PAGE)
    start = _position(given.get("cursor"))
    rest = start + size < len(items)
    return {
        name: [shape(one) for one in items[start : start + size]],
        "has_more": rest,
        "response_metadata": {"next_cursor": _cursor(start + size) if rest else ""},
    }


def _number(value: object, *, default: int) -> int:
    told = str(value)
    return int(told) if told.isascii() and told.isdigit() else default


def _cursor(position: int) -> str:
    return b64encode(f"next:{position}".encode()).decode()


def _position(cursor: object) -> int:
    try:
        told = b64decode(str(cursor or ""), validate=True).decode()
    except ValueError:
        return 0
    return _number(told.removeprefix("next:"), default=0)
