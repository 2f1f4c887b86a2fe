"""The id of a case: computed from what the case is, so that nobody has to be asked for it.

Two reports that name the same suite, class, name and parameters mean the same case, whichever
job wrote them: the variant is no part of the id. The file is one only where names repeat in
every file (Jest, Mocha, RSpec).
"""

import re
from collections import OrderedDict
from collections.abc import Mapping
from hashlib import blake2b

from app.core.outcomes import PassedCases, ReportedCase

IDENTITY_VERSION = 1  # a new version carries old ids over as aliases
IDS_REMEMBERED = 240_000  # of the cases met last; at most some 60 MB
ID_BYTES = 16  # 128 bits: no two of 10 ** 12 cases meet by chance
Place = tuple[int, str, str, str]  # repository, suite, class, file where names need one
_PERSON = b"flakeguard-case1"  # separates our digests from everybody else's; at most 16 bytes

_RANDOM_PARTS = re.compile(
    r"""
    (?P<uuid>\b[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}\b)
  | (?P<address>\b0x[0-9a-fA-F]{6,16}\b)
  | (?<=[\w$;\]>]@)(?P<hash>(?=[a-f]{0,8}\d)[0-9a-f]{6,8}(?![\w.@-]))  # Java: Cart@5e91993f
  | (?P<time>\b(?:19|20)\d\d-[01]\d-[0-3]\d(?:[T_ ][0-2]\d[:.-]?[0-5]\d(?:[:.-]?[0-5]\d
      (?:[.,]\d+)?)?(?:\s?(?:Z|UTC|[+-]\d\d:?\d\d)\b)?)
    | \b20\d\d[01]\d[0-3]\dT?[0-2]\d[0-5]\d[0-5]\dZ?\b
    | \b1[5-9]\d{8}(?:\.\d+|\d{3}|\d{6}|\d{9})?\b)
  | (?P<path>(?:/private)?/(?:tmp|var/folders|var/tmp|dev/shm|run/user)/[^\s\])}>'",;]*
    | \b[A-Za-z]:[\\/]+(?:(?:Users[\\/]+[^\\/]+[\\/]+AppData[\\/]+Local|Windows)[\\/]+)?Temp
      [\\/]+[^\s\])}>'",;]*)
    """,
    re.VERBOSE,
)
_HINT = re.compile(
    r"0x|@[0-9a-f]{6}|\d{8}|[0-9a-fA-F]{4}-|/tmp|/var|/dev/shm|/run/|Temp|\d{4}-\d\d"
)


def fold_parameters(text: str) -> str:
    """The text with its random parts replaced by what they are: `<address>`, `<time>`, ...

    Addresses, identity hashes, timestamps, UUIDs and temporary paths differ in every run; a case
    must not.
    """
    if _HINT.search(text) is None:
        return text
    return _RANDOM_PARTS.sub(lambda found: f"<{found.lastgroup}>", text)


def case_id(repo_id: int, case: ReportedCase) -> bytes:
    """The 16 bytes that name this case of this repository in every run, usable as a UUID.

    The fields hold no NUL (readers take it out), so NUL keeps them apart.
    """
    suite, classname, name, parameters, file, _, _, _, _, names_need_file, _ = case
    place = file if names_need_file and file else ""
    said = f"{repo_id}\0{suite}\0{classname}\0{name}\0{parameters}\0{place}"
    return blake2b(said.encode(), digest_size=ID_BYTES, person=_PERSON).digest()


class RememberedIds:
    """The ids of the cases met last, by class and name.

    A repository's next report names the same cases, and looking an id up takes a tenth of the
    time of digesting it. Where there is no more room, the class met longest ago is forgotten.
    """

    def __init__(self, most: int = IDS_REMEMBERED) -> None:
        self._most = most
        self._held = 0
        self._places: OrderedDict[Place, dict[str, bytes]] = OrderedDict()

    def of(self, place: Place) -> dict[str, bytes]:
        """What is remembered there, by name."""
        ids = self._places.pop(place, None)
        if ids is None:
            ids = {}
            self._held += 1
        self._places[place] = ids
        return ids

    def learn(self, place: Place, ids: Mapping[str, bytes]) -> None:
        """Remember these."""
        known = self.of(place)
        before = len(known)
        known.update(ids)
        self._held += len(known) - before
        while self._held > self._most and self._places:
            _, forgotten = self._places.popitem(last=False)
            self._held -= len(forgotten) + 1


_REMEMBERED = RememberedIds()


class CaseIds:
    """`case_id` of many cases: what a class's cases have in common is digested once."""

    __slots__ = ("_class", "_classname", "_repo_id", "_repository", "_suite")

    def __init__(self, repo_id: int) -> None:
        self._repo_id = repo_id
        said = f"{repo_id}\0".encode()
        self._repository = blake2b(said, digest_size=ID_BYTES, person=_PERSON)
        self._class = self._repository
        self._suite: str | None = None
        self._classname: str | None = None

    def of(self, case: ReportedCase) -> bytes:
        """The case's id; quickest when neighbours come one after the other."""
        suite, classname, name, parameters, file, _, _, _, _, names_need_file, _ = case
        if classname is not self._classname or suite is not self._suite:
            self._enter(suite, classname)
        digest = self._class.copy()
        if parameters or (names_need_file and file):
            place = file if names_need_file and file else ""
            digest.update(f"{name}\0{parameters}\0{place}".encode())
        else:
            digest.update(f"{name}\0\0".encode())
        return digest.digest()

    def of_passed(self, cases: PassedCases) -> list[bytes]:
        """The ids of all of these, in their order."""
        suite, classname, file, _, names_need_file, names, _ = cases
        where = file if names_need_file and file else ""
        place = (self._repo_id, suite, classname, where)
        known = _REMEMBERED.of(place)
        try:
            return [*map(known.__getitem__, names)]
        except KeyError:  # as of every case's first report
            ids = self._digested(suite, classname, where, names)
            _REMEMBERED.learn(place, dict(zip(names, ids, strict=True)))
            return ids

    def _digested(self, suite: str, classname: str, where: str, names: list[str]) -> list[bytes]:
        self._enter(suite, classname)
        copy = self._class.copy
        tail = f"\0\0{where}"
        ids = []
        for name in names:
            digest = copy()
            digest.update((name + tail).encode())
            ids.append(digest.digest())
        return ids

    def _enter(self, suite: str, classname: str) -> None:
        self._class = self._repository.copy()
        self._class.update(f"{suite}\0{classname}\0".encode())
        self._suite, self._classname = suite, classname
