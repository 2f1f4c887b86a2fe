"""Values of a JSON report taken for what they should be, whatever they are."""

from collections.abc import Iterator

from app.core.reports.source import Head

Object = dict[str, object]


def as_object(value: object) -> Object:
    """The object, or an empty one."""
    return value if isinstance(value, dict) else {}


def as_list(value: object) -> list[object]:
    """The array, or an empty one."""
    return value if isinstance(value, list) else []


def objects(value: object) -> Iterator[Object]:
    """The objects of an array."""
    for element in as_list(value):
        if isinstance(element, dict):
            yield element


def as_text(value: object) -> str | None:
    """The string, or None."""
    return value if isinstance(value, str) else None


def words(value: object) -> list[str]:
    """The strings of an array, empty ones left out."""
    return [element for element in as_list(value) if isinstance(element, str) and element]


def count(value: object) -> int:
    """A small number as a report gives it for attempts; 0 where it gives none."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return 0
    return int(value) if 0 <= value <= MAX_COUNT else 0


def looks_like_json(head: Head) -> bool:
    """Whether the report begins like a JSON object or array."""
    return head.text[:1] in ("{", "[")


MAX_COUNT = 1000  # attempts of one test; nobody retries more often
