"""Records of a history to lines: what `reader` reads back."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from app.core.history.records import HISTORY_VERSION, CaseSet, Header, Observation
from app.core.priorities import UNLABELLED, Labels

NO_LABELS: Mapping[str, Labels] = {}


def moment(at: datetime) -> str:
    """A time as histories write it."""
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z")


def header_line(header: Header) -> bytes:
    """The first line."""
    return _line(
        {
            "history": HISTORY_VERSION,
            "repository": header.repository,
            "default_branch": header.default_branch,
        }
    )


def case_set_line(
    ran: CaseSet, names: Mapping[str, str], labels: Mapping[str, Labels] = NO_LABELS
) -> bytes:
    """A set of cases, before its first use; `names` gives each case the name to write."""
    of = [
        {"case": names[case], "file": file, **_labelled(labels.get(case, UNLABELLED))}
        for case, file in ran.files.items()
    ]
    return _line({"cases": ran.name, "of": of})


def _labelled(labels: Labels) -> dict[str, Any]:
    """Tags and priority, those of them that there are; readers that know neither ignore them."""
    tags = {"tags": sorted(labels.tags)} if labels.tags else {}
    return {**tags, **({"priority": labels.priority} if labels.priority else {})}


def observation_line(seen: Observation, names: Mapping[str, str]) -> bytes:
    """One job of one run attempt."""
    results = {
        names[case]: [[one.outcome.value, one.message] for one in executions]
        for case, executions in seen.results.items()
    }
    told: dict[str, Any] = {
        "at": moment(seen.at),
        "run": seen.run,
        "attempt": seen.attempt,
        "job": seen.job,
        "sha": seen.code,
        "branch": seen.branch,
        "pr": seen.pr,
        "base": seen.base,
        "changed": None if seen.changed is None else list(seen.changed),
        "trusted": seen.is_trusted,
        "ran": seen.ran.name,
    }
    if seen.not_run:
        told["not_run"] = sorted(names[case] for case in seen.not_run)
    return _line(told | {"results": results})


def _line(told: dict[str, Any]) -> bytes:
    return json.dumps(told, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"
