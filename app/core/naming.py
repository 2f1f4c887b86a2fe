"""Cases by what people call them: the shortest name that means one, and what somebody meant."""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from uuid import UUID

ID_SHOWN = 12  # hexadecimal digits of an id: no two of a million cases share so many
ID_LEAST = 8  # digits by which a case may be called
MEANT_AT_MOST = 3  # names that "did you mean" offers
NAME_LIMIT = 150  # characters of a name that a command may hold
_PARTS = re.compile(r"::|[./\\]| \u203a | > ")  # what names are put together with
_BARE = re.compile(r"[\w.:/\[\]=,+@%-]+", re.ASCII)  # stands in a command without quotes


@dataclass(frozen=True, slots=True)
class KnownCase:
    """A case by its whole name, as people see it."""

    case_id: UUID
    name: str


def meant(said: str, known: Sequence[KnownCase]) -> list[KnownCase]:
    """The cases that somebody means, by what fits first: id, whole name, its end, any part of it.

    Several where that is not one; none where nothing fits.
    """
    text = " ".join(said.split())
    for fits in _ladder(text):
        found = [case for case in known if fits(case)]
        if found:
            return found
    return []


def _ladder(text: str) -> Iterable[Callable[[KnownCase], bool]]:
    low = text.lower()
    digits = low.replace("-", "")
    if _is_id(text):
        yield lambda case: case.case_id.hex.startswith(digits)
    yield lambda case: case.name == text
    yield lambda case: text in endings(case.name)
    yield lambda case: low in {ending.lower() for ending in endings(case.name)}
    if text:
        yield lambda case: low in case.name.lower()


def endings(name: str) -> list[str]:
    """A name without its first parts, one after the other, shortest first, itself last."""
    head = name.partition("[")[0]
    starts = [0, *(found.end() for found in _PARTS.finditer(head))]
    return [name[start:] for start in reversed(starts) if name[start:]] if head else [name]


def close_to(said: str, known: Iterable[KnownCase]) -> list[str]:
    """The names that look most like what was said."""
    by_ending: dict[str, str] = {}
    for case in known:
        for ending in endings(case.name):
            by_ending.setdefault(ending, case.name)
    found = get_close_matches(said, list(by_ending), n=MEANT_AT_MOST, cutoff=0.6)
    return list(dict.fromkeys(by_ending[one] for one in found))


def called(cases: Sequence[KnownCase]) -> dict[UUID, str]:
    """What commands call these cases: each by the shortest name that means no other of them.

    Quoted where it has to be; by the begin of its id where no name will do, as one that a person
    could not type.
    """
    among = Counter(ending for case in cases for ending in set(endings(case.name)))
    found = {}
    for case in cases:
        names = (_quoted(one) for one in endings(case.name) if among[one] == 1)
        found[case.case_id] = next(filter(None, names), case.case_id.hex[:ID_SHOWN])
    return found


def _quoted(name: str) -> str | None:
    """A name as it stands in a command; None where none can hold it."""
    if not 0 < len(name) <= NAME_LIMIT or not name.isprintable() or " ".join(name.split()) != name:
        return None
    if _is_id(name):
        return None
    if _BARE.fullmatch(name):
        return name
    if "`" in name:
        return None
    return next((f"{mark}{name}{mark}" for mark in "\"'" if mark not in name), None)


def _is_id(text: str) -> bool:
    """Whether it may be the begin of an id."""
    digits = text.lower().replace("-", "")
    return len(digits) >= ID_LEAST and re.fullmatch(r"[0-9a-f]+", digits) is not None
