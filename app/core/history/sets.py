"""The sets of cases of a history, by name: any may be used again, and few are in use at a time."""

import zlib
from array import array
from collections.abc import Iterable, Mapping, Sequence
from itertools import accumulate
from weakref import WeakValueDictionary

from app.core.history.records import CaseSet
from app.core.priorities import Labels

FAST = 1  # zlib's level: steps of one are most of what is packed

Pair = tuple[str, str | None]  # a case and its file
Packed = tuple[bytes, Mapping[str, Labels]]


class CaseSets:
    """The sets that were given so far.

    One that nobody holds is kept as the numbers of its cases, packed: sets that follow each other
    have nearly the same cases, in the same order. While anybody holds a set, it is the same object.
    """

    def __init__(self) -> None:
        self._pairs: dict[Pair, int] = {}
        self._by_number: list[Pair] = []
        self._packed: dict[str, Packed] = {}
        self._held: WeakValueDictionary[str, CaseSet] = WeakValueDictionary()

    def __contains__(self, name: str) -> bool:
        return name in self._packed

    def add(self, ran: CaseSet) -> CaseSet:
        """Keep a set; the set to use, whose texts are shared with the others."""
        numbers = [self._number(pair) for pair in ran.files.items()]
        self._packed[ran.name] = (_packed(numbers), ran.labels)
        return self._made(ran.name)

    def __getitem__(self, name: str) -> CaseSet:
        return self._held.get(name) or self._made(name)

    def _number(self, pair: Pair) -> int:
        number = self._pairs.setdefault(pair, len(self._by_number))
        if number == len(self._by_number):
            self._by_number.append(pair)
        return number

    def _made(self, name: str) -> CaseSet:
        packed, labels = self._packed[name]
        files = dict(self._by_number[number] for number in _numbers(packed))
        made = self._held[name] = CaseSet(name, files, labels)
        return made


def _packed(numbers: Sequence[int]) -> bytes:
    steps = array("q", (after - one for one, after in zip([0, *numbers], numbers, strict=False)))
    return zlib.compress(steps.tobytes(), FAST)


def _numbers(packed: bytes) -> Iterable[int]:
    return accumulate(array("q", zlib.decompress(packed)))
