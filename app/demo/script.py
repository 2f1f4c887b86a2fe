"""The six weeks of the shop as the script tells them: who pushes what, in which order."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Literal

from app.demo.project import SHOP, Edit

SCRIPT = SHOP / "history.toml"

Size = Literal["full", "small"]


class Trouble(StrEnum):
    """Why a run's job is red although no case of a report explains it."""

    BUILD = "build"  # the tests cannot even be collected, so there is no report
    LINT = "lint"  # the job without a report complains
    HANG = "hang"  # a test never ends, until the runner ends it


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who writes commits."""

    login: str
    name: str
    email: str

    def __str__(self) -> str:
        return f"{self.name} <{self.email}>"


class Act(StrEnum):
    """What a step does."""

    COMMIT = "commit"  # straight to main
    PUSH = "push"  # to the branch of a pull request; the first push opens it
    MERGE = "merge"  # of a pull request, as one commit of main
    CLOSE = "close"  # of a pull request that nobody wants any more


@dataclass(frozen=True, slots=True)
class Step:
    """One line of the script."""

    act: Act
    pull: str  # the pull request's branch; "" for a commit of main
    title: str  # "" where an earlier step has said it
    author: Person | None  # None where an earlier step has said it
    fork: str | None
    edits: tuple[Edit, ...]
    late: bool
    trouble: Trouble | None
    broken: frozenset[str]
    mended: frozenset[str]


def steps(size: Size) -> tuple[Step, ...]:
    """The script, oldest step first; the short one is a part of the full one."""
    script = tomllib.loads(SCRIPT.read_text(encoding="utf-8"))
    people = {login: Person(login, *who) for login, who in script["people"].items()}
    return tuple(_step(row, people) for row in script["step"] if size == "full" or row.get("small"))


def _step(row: Mapping[str, Any], people: Mapping[str, Person]) -> Step:
    act = _act(row)
    return Step(
        act=act,
        pull=row.get("pull") or row.get("merge") or row.get("close") or "",
        title=row.get("title", ""),
        author=people.get(row.get("author", "")),
        fork=row.get("fork"),
        edits=tuple(Edit(**edit) for edit in row.get("edits", ())),
        late=row.get("late", False),
        trouble=Trouble.HANG if row.get("hangs") else Trouble(row["red"]) if "red" in row else None,
        broken=frozenset(row.get("broken", ())),
        mended=frozenset(row.get("mended", ())),
    )


def _act(row: Mapping[str, Any]) -> Act:
    if "merge" in row:
        return Act.MERGE
    if "close" in row:
        return Act.CLOSE
    return Act.PUSH if "pull" in row else Act.COMMIT
