"""What comes along with a handed-in report: its fields, and the run attempt that they mean."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import blake2b
from typing import Any

from app.core.errors import BadInput
from app.core.runs import BranchClass, Repository, Run, RunKey

RUN_ID_BITS = (
    62  # of a run's id made from its pipeline and commit; negative ones are never GitHub's
)
TEXT_LENGTH = 255  # characters of a field
LINK_LENGTH = 2_000  # characters
MOST_ATTEMPTS = 10_000
MOST_NUMBER = 2**31 - 1  # of a pull request
NO_VARIANT = "upload"  # the variant of a report whose job nobody named
MERGE_QUEUE = "gh-readonly-queue/"  # Source: GitHub docs, managing a merge queue
_COMMIT = re.compile(r"[0-9A-Za-z._-]{4,64}")
_YES, _NO = frozenset({"true", "1", "yes"}), frozenset({"false", "0", "no"})
_CONTROL = re.compile(r"[\x00-\x1f\x7f\u2028\u2029]")


@dataclass(frozen=True, slots=True)
class Told:
    """What the sender says of a report; None and "" where nothing was said."""

    project: str = ""
    branch: str = ""
    commit: str = ""
    pipeline: str = ""
    job: str = ""
    suite: str = ""
    attempt: int = 1
    pr: int | None = None
    base: str | None = None
    at: datetime | None = None
    environment: str = ""
    url: str = ""
    trusted: bool = True
    wait: bool = False


@dataclass(frozen=True, slots=True)
class FieldKind:
    """One field: how its text is read, and what it means; the API's description shows it."""

    read: Callable[[str], Any]
    meaning: str
    schema: Mapping[str, Any]


def _text(value: str) -> str:
    if len(value) > TEXT_LENGTH:
        raise ValueError(f"has {len(value):,} characters; {TEXT_LENGTH} are allowed")
    return value


def _commit(value: str) -> str:
    if not _COMMIT.fullmatch(value):
        raise ValueError("must be a commit's hash, 4 to 64 letters and digits")
    return value


def _number(most: int) -> Callable[[str], int]:
    def read(value: str) -> int:
        if not re.fullmatch(r"[0-9]{1,10}", value) or not 1 <= int(value) <= most:
            raise ValueError(f"must be a whole number from 1 to {most:,}")
        return int(value)

    return read


def _moment(value: str) -> datetime:
    """ISO 8601, or seconds since 1970; UTC unless another zone is named."""
    try:
        if re.fullmatch(r"[0-9]{9,11}(\.[0-9]{1,6})?", value):
            return datetime.fromtimestamp(float(value), UTC)
        found = datetime.fromisoformat(value)
        return (found if found.tzinfo else found.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        raise ValueError("must be a time such as 2026-11-20T12:00:00Z") from None


def _switch(value: str) -> bool:
    if value.lower() not in _YES | _NO:
        raise ValueError("must be true or false")
    return value.lower() in _YES


def _link(value: str) -> str:
    if len(value) > LINK_LENGTH or not re.match(r"https?://[^\s/]", value, re.IGNORECASE):
        raise ValueError(f"must be an http(s) address of at most {LINK_LENGTH:,} characters")
    return value


STRING: Mapping[str, Any] = {"type": "string", "maxLength": TEXT_LENGTH}
BOOLEAN: Mapping[str, Any] = {"type": "boolean", "default": False}

FIELDS: Mapping[str, FieldKind] = {
    "project": FieldKind(
        _text, "The project; must be the token's, which counts where this is left out.", STRING
    ),
    "branch": FieldKind(
        _text, "The branch that was tested; the default branch's runs weigh most.", STRING
    ),
    "commit": FieldKind(
        _commit,
        "The commit that was tested: what failed and passed on one commit is flaky.",
        {"type": "string", "pattern": f"^{_COMMIT.pattern}$"},
    ),
    "pipeline": FieldKind(
        _text, "The CI's id of the pipeline or build; its jobs' reports belong together.", STRING
    ),
    "job": FieldKind(
        _text, "The job's name, without the number of a parallel part; tells variants.", STRING
    ),
    "attempt": FieldKind(
        _number(MOST_ATTEMPTS),
        "Which attempt of the pipeline this is, from 1; raise it for re-runs.",
        {"type": "integer", "minimum": 1, "maximum": MOST_ATTEMPTS, "default": 1},
    ),
    "pr": FieldKind(
        _number(MOST_NUMBER),
        "The number of the pull or merge request that was tested.",
        {"type": "integer", "minimum": 1, "maximum": MOST_NUMBER},
    ),
    "base": FieldKind(
        _commit,
        "The commit that the tested one was merged with, where the CI merges before it tests.",
        {"type": "string", "pattern": f"^{_COMMIT.pattern}$"},
    ),
    "at": FieldKind(
        _moment,
        "When the tests ended, in ISO 8601 or seconds since 1970; the report's own time, or now, "
        "unless given.",
        {"type": "string", "format": "date-time"},
    ),
    "environment": FieldKind(
        _text, "Where the tests ran, such as staging; kept apart like jobs.", STRING
    ),
    "suite": FieldKind(_text, "A name that tells apart several suites of one job.", STRING),
    "url": FieldKind(
        _link,
        "The address of the pipeline, to link to.",
        {"type": "string", "format": "uri", "maxLength": LINK_LENGTH},
    ),
    "trusted": FieldKind(
        _switch,
        "false for code of strangers, such as a fork's: it is judged and moves nothing else.",
        {"type": "boolean", "default": True},
    ),
    "wait": FieldKind(
        _switch, "Answer after the evaluation, with what became flaky or healthy.", BOOLEAN
    ),
}


def told(fields: Mapping[str, str]) -> tuple[Told, list[str]]:
    """What the fields say, with a warning for each that we do not know; empty ones say nothing.

    Raises BadInput, naming the field, where one cannot be read.
    """
    said = {name: value.strip() for name, value in fields.items() if value.strip()}
    warnings = [
        f"The field “{_shown(name)}” is not known and was ignored."
        for name in said
        if name not in FIELDS
    ]
    values = {name: _read(name, said[name]) for name in FIELDS if name in said}
    return Told(**values), warnings


def _read(name: str, value: str) -> Any:  # noqa: ANN401 -- as each field's reader says
    if _CONTROL.search(value):
        raise BadInput(f"The field “{name}” holds a control character; take it out.")
    try:
        return FIELDS[name].read(value)
    except ValueError as error:
        raise BadInput(f"The field “{name}” {error}, not “{_shown(value)}”.") from None


def _shown(value: str) -> str:
    return _CONTROL.sub(" ", value)[:60]


def missing(said: Told) -> list[str]:
    """A warning for each field without which less can be told."""
    found = []
    if not said.commit:
        found.append(
            "No commit was told, so nothing can be compared with other runs of the same code; "
            "send the field “commit”."
        )
    if not said.branch and said.pr is None:
        found.append(
            "No branch was told, so nothing counts for the default branch; send the field “branch”."
        )
    return found


def variant_of(said: Told) -> str:
    """The circumstances in which a report was made."""
    names = " / ".join(part for part in (said.job, said.suite) if part) or NO_VARIANT
    return f"{names} ({said.environment})" if said.environment else names


def branch_class_of(said: Told, *, default_branch: str) -> BranchClass:
    """Where the code comes from."""
    if said.pr is not None:
        return BranchClass.PULL_REQUEST
    if said.branch.startswith(MERGE_QUEUE):
        return BranchClass.MERGE_QUEUE
    if said.branch and said.branch == default_branch:
        return BranchClass.DEFAULT
    return BranchClass.OTHER


def run_of(repository: Repository, said: Told, *, digest: bytes, actor: str, now: datetime) -> Run:
    """The run attempt that a report belongs to: one for all of a pipeline's on one commit.

    Where no pipeline is told, the commit stands for it; where neither is, the content does.
    """
    pipeline = said.pipeline or said.commit or digest.hex()
    at = said.at or now
    return Run(
        key=RunKey(repository.id, run_id_of(pipeline, said.commit), said.attempt),
        workflow=f"pipeline {said.pipeline}" if said.pipeline else "upload",
        event="upload",
        status="completed",
        conclusion="neutral",  # until a report of it could be read
        head_sha=said.commit or f"unknown-{pipeline}"[:TEXT_LENGTH],
        base_sha=said.base,
        branch=said.branch,
        branch_class=branch_class_of(said, default_branch=repository.default_branch),
        pr_number=said.pr,
        is_trusted=said.trusted,
        actor=actor,
        started_at=at,
        ended_at=at,
        url=said.url,
    )


def run_id_of(pipeline: str, commit: str) -> int:
    """The id of a run that has none of GitHub's: negative, and the same for the same names."""
    digest = blake2b(f"{pipeline}\0{commit}".encode(), digest_size=8).digest()
    return -(int.from_bytes(digest, "big") % (1 << RUN_ID_BITS)) - 1
