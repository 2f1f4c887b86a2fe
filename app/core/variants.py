"""Which variant a workflow's reports of a job belong to: two workflows may call their jobs alike.

A variant belongs to the workflow that stored a report of it first, and another's job of that name
is led by its workflow's: `nightly / test`. Where two workflows never test one line of code, as
where one is for pull requests and another for the default branch, they share the name: no pass of
one is ever held against a failure of the other, and what is broken on the default branch explains
what a pull request fails.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import PurePosixPath

from app.core.runs import BranchClass, Run

PREFIX_MOST = 100  # characters of a workflow's name that lead a variant


class Line(StrEnum):
    """Where code follows on code: within one, passes contradict the failures before them."""

    DEFAULT = "default"  # the default branch
    CHANGE = "change"  # pull requests, and pushes to what may be their branches
    QUEUE = "queue"  # the merge queue's candidates


LINES = {
    BranchClass.DEFAULT: Line.DEFAULT,
    BranchClass.PULL_REQUEST: Line.CHANGE,
    BranchClass.OTHER: Line.CHANGE,
    BranchClass.MERGE_QUEUE: Line.QUEUE,
}


@dataclass(frozen=True, slots=True)
class Workflow:
    """A workflow as a run tells of it; people may change either."""

    name: str
    path: str | None  # of its file; None where nobody told it


@dataclass(frozen=True, slots=True)
class Home:
    """That a variant is a workflow's in one line; the lower the id, the longer."""

    id: int
    variant: str
    line: Line
    told: str  # the job's name, or the artifact's
    workflow: Workflow


@dataclass(frozen=True, slots=True)
class Asked:
    """A report that looks for its variant."""

    told: str  # the job's name, or the artifact's
    line: Line
    workflow: Workflow

    @property
    def names(self) -> Sequence[str]:
        """What its variant may be, the best first."""
        return list(dict.fromkeys(self._names()))

    def _names(self) -> Iterator[str]:
        name, path = self.workflow.name, self.workflow.path
        yield self.told
        shown = PurePosixPath(name).name if name == path else name
        yield self._led_by(shown[:PREFIX_MOST])
        if path is not None:  # two workflows may have one name, but not one file
            yield self._led_by(PurePosixPath(path).name)
            yield self._led_by(path)

    def _led_by(self, workflow: str) -> str:
        return f"{workflow} / {self.told}"


@dataclass(frozen=True, slots=True)
class Settled:
    """The variant of a report, and what is to be remembered of it."""

    variant: str
    is_new: bool  # it becomes the workflow's in this line
    gone: frozenset[int] = frozenset()  # homes that are none any more
    renamed: frozenset[int] = frozenset()  # homes whose workflow is called otherwise by now


def asked(run: Run, told: str) -> Asked:
    """What a run's report of this job, or artifact, looks for."""
    return Asked(told, LINES[run.branch_class], Workflow(run.workflow, run.workflow_path))


def is_among(stored: Collection[str], run: Run, variant: str) -> bool:
    """Whether a run brought this variant, or its job under what it has come to be called since."""
    return any(name in stored for name in asked(run, variant).names)


def home_of(homes: Sequence[Home], asked: Asked) -> Home | None:
    """Where the report belongs, as far as nothing has changed; None: it is to be settled."""
    for home in homes:
        is_told = home.told == asked.told and home.line is asked.line
        if is_told and _tells_nothing_new(asked.workflow, home.workflow):
            return home
    return None


def _tells_nothing_new(workflow: Workflow, known: Workflow) -> bool:
    """Whether this is the workflow that is known, by all that is told of it now."""
    return workflow == known or (workflow.path is None and workflow.name == known.name)


def settled(homes: Sequence[Home], asked: Asked, *, beside: Collection[str]) -> Settled:
    """Find a report's variant among those of its repository.

    `homes` are those of the job's name, with all that have their variants or one of `asked.names`;
    `beside` are the paths of the workflows that ran on the same commit.
    """
    own = _own(homes, asked, beside)
    renamed = frozenset(
        home.id for home in own if not _tells_nothing_new(asked.workflow, home.workflow)
    )
    if not own:
        return Settled(_free(homes, asked), is_new=True)
    variant = own[0].variant
    if any(home.line is asked.line for home in own):
        return Settled(variant, is_new=False, renamed=renamed)
    rivals = _rivals([home for home in homes if home.id not in {one.id for one in own}], own, asked)
    if rivals and rivals[0].id < own[0].id:
        gone = frozenset(home.id for home in own)
        left = [home for home in homes if home.id not in gone]
        return Settled(_free(left, asked), is_new=True, gone=gone)
    gone = frozenset(home.id for home in rivals)
    return Settled(variant, is_new=True, gone=gone, renamed=renamed)


def _own(homes: Sequence[Home], asked: Asked, beside: Collection[str]) -> list[Home]:
    """The workflow's homes of this job, the oldest first.

    A file is known by its path. Without one, or where it may have moved, by its name: a file of
    the same name that ran on the same commit is another workflow.
    """
    of_job = sorted((one for one in homes if one.told == asked.told), key=lambda one: one.id)
    path = asked.workflow.path
    here = [one for one in of_job if path is not None and one.workflow.path == path]
    named = [
        one
        for one in of_job
        if one.workflow.name == asked.workflow.name
        and (path is None or one.workflow.path is None or one.workflow.path not in beside)
    ]
    return here or [one for one in named if one.workflow == named[0].workflow]


def _rivals(others: Sequence[Home], own: Sequence[Home], asked: Asked) -> list[Home]:
    """The homes in the same variant of the workflow that has it in this line, the oldest first."""
    alike = sorted((one for one in others if one.variant == own[0].variant), key=lambda one: one.id)
    here = [one for one in alike if one.line is asked.line]
    return [one for one in alike if here and one.workflow == here[0].workflow]


def _free(homes: Sequence[Home], asked: Asked) -> str:
    """The first name that nobody has here; one that leads with a workflow is nobody else's."""
    names = asked.names
    for name in names:
        taken = [one for one in homes if one.variant == name]
        if name == asked.told:
            taken = [one for one in taken if one.line is asked.line]
        if not taken:
            return name
    return names[-1]
