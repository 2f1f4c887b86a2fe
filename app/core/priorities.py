"""How reports label a case, and how much it matters to its authors by that."""

from collections.abc import Iterable, Mapping
from typing import NamedTuple

NAMES = ("priority", "severity")  # of properties and of tags; the first that is told counts
SIGNS = (":", "=")  # between name and value of a tag


class Labels(NamedTuple):
    """How reports label a case."""

    tags: frozenset[str] = frozenset()
    priority: str | None = None


UNLABELLED = Labels()


def priority_of(properties: Mapping[str, str], tags: Iterable[str]) -> str | None:
    """What a case's properties say, else its tags (`priority:high`), in small letters.

    None where its reports tell no priority.
    """
    told = {name.strip().lower(): value for name, value in properties.items()}
    for tag in sorted(tags):
        sign = next((one for one in SIGNS if one in tag), None)
        if sign is not None:
            name, _, value = tag.partition(sign)
            told.setdefault(name.strip().lstrip("@").lower(), value)
    found = (told[name].strip().lower() for name in NAMES if name in told)
    return next((one for one in found if one), None)
