"""Which case became which: one that went and one that came in the same commit, much alike."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum
from uuid import UUID

LIKE = 0.75  # likeness from which a pair is proposed; found by trying renames of real suites
AHEAD = 0.05  # a pair must be so much more alike than any other that either half could form
MOST_COMPARED = 200  # cases gone or come; of more, only those with the same name are compared
NAME_SHARE = 0.6  # of the likeness; the rest is that of the place
TEXT_COMPARED = 300  # characters of a name or place
_FILE_ENDING = re.compile(r"(?:\.(?:test|spec))?\.[cm]?[jt]sx?$")  # where a class is a file
_BEFORE_NAME = re.compile(r"^.*[./\\]", re.DOTALL)


class AliasState(StrEnum):
    """What became of a proposal."""

    PROPOSED = "proposed"  # nobody has looked yet
    CONFIRMED = "confirmed"  # the old case's history is the new one's
    DECLINED = "declined"  # they are two cases; not proposed again


@dataclass(frozen=True, slots=True)
class Named:
    """What a case is known by."""

    id: UUID
    suite: str
    classname: str
    name: str
    parameters: str
    file: str | None

    @property
    def place(self) -> str:
        """Where it stands, without what it is called."""
        return "\n".join((self.suite, self.classname, self.file or ""))[:TEXT_COMPARED]

    @property
    def title(self) -> str:
        """What it is called, without where it stands."""
        return (self.name + self.parameters)[:TEXT_COMPARED]


@dataclass(frozen=True, slots=True)
class Pair:
    """A case that went and the one that it became, as far as can be told."""

    old: UUID
    new: UUID
    likeness: float  # from LIKE to 1
    is_move: bool = False  # it is called as before, in a class that is, and only stands elsewhere


def likeness(old: Named, new: Named) -> float:
    """How much alike two cases are, 0 to 1.

    Moved alone or renamed alone is much alike; both together hardly is. Cases that differ in
    their parameters alone are siblings, not one case, and not alike at all.
    """
    if old.place == new.place and old.name == new.name:
        return 0.0
    if old.title != new.title and old.place != new.place:
        return 0.0
    return NAME_SHARE * _ratio(old.title, new.title) + (1 - NAME_SHARE) * _ratio(
        old.place, new.place
    )


def is_move(old: Named, new: Named) -> bool:
    """Whether a case is called as before, with its class, and only its place is another.

    Of a class only its own name counts: what stands before it is its package or folder.
    """
    return old.title == new.title and _own_name(old.classname) == _own_name(new.classname)


def _own_name(classname: str) -> str:
    stem = _FILE_ENDING.sub("", classname)
    return _BEFORE_NAME.sub("", stem)


def pairs(gone: Sequence[Named], came: Sequence[Named]) -> list[Pair]:
    """The cases that were renamed or moved, each in one pair at most, the surest first.

    A pair is left out when another one of either half is nearly as much alike.
    """
    found = sorted(
        (
            Pair(old.id, new.id, likeness(old, new), is_move(old, new))
            for old, new in _comparable(gone, came)
        ),
        key=lambda pair: (-pair.likeness, pair.old, pair.new),
    )
    alike = [pair for pair in found if pair.likeness >= LIKE]
    return [pair for pair in alike if not _has_rival(pair, found)]


def _comparable(gone: Sequence[Named], came: Sequence[Named]) -> Iterable[tuple[Named, Named]]:
    if len(gone) <= MOST_COMPARED and len(came) <= MOST_COMPARED:
        return [(old, new) for old in gone for new in came]
    by_title: dict[str, list[Named]] = {}
    for old in gone:
        by_title.setdefault(old.title, []).append(old)
    return [
        (old, new)
        for new in came
        for old in by_title.get(new.title, [])
        if len(by_title[new.title]) == 1  # of several, nothing tells which one moved
    ]


def _has_rival(pair: Pair, found: Sequence[Pair]) -> bool:
    return any(
        other.likeness > pair.likeness - AHEAD
        for other in found
        if other is not pair and (other.old == pair.old or other.new == pair.new)
    )


def _ratio(first: str, second: str) -> float:
    return 1.0 if first == second else SequenceMatcher(None, first, second, False).ratio()
