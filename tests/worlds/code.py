"""What a run tests: a commit of the default branch, or a change on top of one."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from hashlib import blake2b

from tests.worlds.project import Case

SHA_DIGITS = 12


@dataclass(slots=True, eq=False)
class Defect:
    """Something in the code that makes cases fail, from one commit until another.

    `born` is None while it is only in a pull request; both count the default branch's commits.
    """

    born: int | None = None
    mended: int | None = None

    def is_on(self, commit: int) -> bool:
        """Whether the default branch has it at that commit."""
        return (
            self.born is not None
            and self.born <= commit
            and (self.mended is None or commit < self.mended)
        )


@dataclass(frozen=True, slots=True, eq=False)
class Code:
    """The code of one run: a commit of the default branch, and what a change adds to it."""

    sha: str
    branch: str
    commit: int  # of the default branch; the one below the change
    changed: tuple[str, ...] | None
    pr: int | None = None
    base: str | None = None
    is_trusted: bool = True
    own: tuple[Defect, ...] = ()  # what the change brings
    mends: tuple[Defect, ...] = ()
    new_cases: tuple[Case, ...] = ()

    def has(self, defect: Defect) -> bool:
        """Whether a run of this code meets the defect."""
        if defect in self.own:
            return True
        return defect.is_on(self.commit) and defect not in self.mends


@dataclass(slots=True)
class Branch:
    """The default branch: its commits' names, and which case came with which."""

    name: str
    shas: list[str] = field(default_factory=list)
    changed: list[tuple[str, ...] | None] = field(default_factory=list)
    added: dict[int, list[Case]] = field(default_factory=dict)  # by commit, not at the start

    @property
    def head(self) -> int:
        """The newest commit."""
        return len(self.shas) - 1

    def add(
        self,
        sha: str,
        *,
        changed: tuple[str, ...] | None,
        brings: Iterable[Defect] = (),
        mends: Iterable[Defect] = (),
        new_cases: Iterable[Case] = (),
    ) -> int:
        """A new commit."""
        self.shas.append(sha)
        self.changed.append(changed)
        commit = self.head
        for defect in brings:
            if defect.born is None:
                defect.born = commit
        for defect in mends:
            if defect.mended is None:
                defect.mended = commit
        if cases := list(new_cases):
            self.added[commit] = cases
        return commit

    def code(self, commit: int) -> Code:
        """The code of one commit."""
        return Code(self.shas[commit], self.name, commit, self.changed[commit])


def sha_of(*parts: object) -> str:
    """A commit's name: the same parts give the same."""
    text = "\0".join(map(str, parts))
    return blake2b(text.encode(), digest_size=SHA_DIGITS // 2).hexdigest()
