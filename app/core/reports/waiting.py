"""Names that a report lists several times, held back until their last element has come."""

from dataclasses import dataclass, field

from app.core.reports.ledger import GroupKey, text_bytes
from app.core.reports.repeats import Sighting, shortened

# suite, class, variant, whether names need their file, the file where they do, name
Place = tuple[str, str, str, bool, str | None, str]
ByFile = dict[str | None, list[Sighting]]
Listed = tuple[str | None, int]  # the file and the part under which a name is listed


@dataclass(slots=True)
class Held:
    """The sightings of one name that wait for their last."""

    count: int = 0
    listed: dict[Listed, list[Sighting]] = field(default_factory=dict)


class Order:
    """Where a class is listed: its files in the order in which they came, and their parts."""

    __slots__ = ("_files", "places")

    def __init__(self, first: Listed) -> None:
        self._files: dict[str | None, int] = {None: 0, first[0]: 0}
        self.places: dict[Listed, tuple[int, int]] = {first: (0, 0)}

    def add(self, listed: Listed) -> None:
        """Take in one more, where it is new."""
        if listed not in self.places:
            file = self._files.setdefault(listed[0], len(self._files))
            self.places[listed] = (file, len(self.places))


class Waiting(dict[Place, Held]):
    """The names that wait, and how much text they hold."""

    held_bytes = 0

    def __init__(self) -> None:
        super().__init__()
        self._first: dict[int, Listed] = {}  # of each class
        self._more: dict[int, Order] = {}  # of the few that are listed in more places than one

    def with_file(self, key: GroupKey) -> GroupKey:
        """A group with its file: where none is named, the first of its class.

        Also remembers in which order a class was listed, whatever the names in it.
        """
        of_class, listed = hash(place_of(key, "")), (key[2], key[5])
        first = self._first.setdefault(of_class, listed)
        if listed != first:
            self._more.setdefault(of_class, Order(first)).add(listed)
        return (*key[:2], first[0] if key[2] is None else key[2], *key[3:])

    def in_order(self, place: Place, held: Held) -> ByFile:
        """What is listed of a name, in the order of its class: a reader of all has no other."""
        of_class = hash((*place[:-1], ""))
        first, order = self._first[of_class], self._more.get(of_class)
        found: ByFile = {}
        for listed in sorted(held.listed, key=order.places.__getitem__) if order else held.listed:
            file = first[0] if listed[0] is None else listed[0]
            found.setdefault(file, []).extend(held.listed[listed])
        return found

    def add(self, place: Place, listed: Listed, sightings: list[Sighting], most: int) -> Held:
        """Let these wait; beyond `most` bytes only the messages of what waits are kept."""
        held = self.setdefault(place, Held())
        self.held_bytes += sum(map(text_bytes, sightings))
        if self.held_bytes > most:
            sightings = [shortened(sighting) for sighting in sightings]
        held.listed.setdefault(listed, []).extend(sightings)
        held.count += len(sightings)
        return held


def place_of(key: GroupKey, name: str) -> Place:
    """Where a name stands: equal places are one case's, or several cases of one name."""
    suite, classname, file, variant, need_file, _ = key
    return suite, classname, variant, need_file, file if need_file else None, name
