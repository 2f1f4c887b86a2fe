"""How the cases of a set lie together: their groups, and which lie near changed files."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache

from app.core.history.records import CaseSet

CROWDED = 0.1  # share of all files in one folder from which its files are the groups
COMMON_WORD = 0.05  # share of the case files from which a word says nothing of nearness ...
PART_MOST = 0.25  # ... but of the part of the repository, up to so large a one; chosen
PART_BUGS = 0.5  # of the bugs far from what was touched, in its part: 993 of 2,103, 941 of 1,350
LAYOUTS_KEPT = 64  # sets of cases in use at a time: branches of one repository
_WORD = re.compile(r"[A-Za-z0-9]+")


@dataclass(frozen=True, slots=True, eq=False)
class Layout:
    """The group of each case, the telling words of each file, and the parts that files lie in."""

    group_of: Mapping[str, str]
    words_of: Mapping[str, frozenset[str]]
    parts_of: Mapping[str, frozenset[str]]  # words, too common to tell of nearness
    parts: Mapping[str, float]  # the share of the files that lie in each
    sizes: Mapping[str, int]  # of the groups, in cases

    def size_of(self, group: str) -> int:
        """How many cases a group has; 0 for one that the set does not have."""
        return self.sizes.get(group, 0)

    def near(self, case_file: str | None, words: frozenset[str]) -> bool:
        """Whether a case's file shares a telling word with the changed paths'."""
        return case_file is not None and not words.isdisjoint(self.words_of.get(case_file, ()))

    def bug_times(self, case_file: str | None, words: frozenset[str]) -> float:
        """How much oftener a bug far from the changed paths fails a case here than any.

        Half of these bugs lie in the part that was changed; the smaller it is, the fewer cases
        share them. 1 where parts tell nothing.
        """
        changed = words & self.parts.keys()
        if case_file is None or not changed:
            return 1.0
        shared = changed & self.parts_of.get(case_file, frozenset())
        if not shared:
            return 1.0 - PART_BUGS
        return PART_BUGS / min(self.parts[word] for word in shared)


@lru_cache(maxsize=LAYOUTS_KEPT)
def layout_of(ran: CaseSet) -> Layout:
    """The layout of a set of cases."""
    files = {file for file in ran.files.values() if file is not None}
    folders = Counter(_folder(file) for file in files)
    crowded = {name for name, count in folders.items() if count > CROWDED * len(files)}
    groups = {file: file if _folder(file) in crowded else _folder(file) for file in files}
    words = {file: words_in((file,)) for file in files}
    spread = Counter(word for found in words.values() for word in found)
    common = {word for word, count in spread.items() if count > max(1, COMMON_WORD * len(files))}
    group_of = {
        case: groups[file] if file is not None else case for case, file in ran.files.items()
    }
    words_of = {file: found - common for file, found in words.items()}
    shares = {word: spread[word] / len(files) for word in common}
    parts = {word: share for word, share in shares.items() if share <= PART_MOST}
    parts_of = {file: found & parts.keys() for file, found in words.items()}
    return Layout(group_of, words_of, parts_of, parts, Counter(group_of.values()))


def words_in(paths: Iterable[str]) -> frozenset[str]:
    """The words, letters and digits, of some paths."""
    return frozenset(word.lower() for path in paths for word in _WORD.findall(path))


def _folder(file: str) -> str:
    return file.rpartition("/")[0]
