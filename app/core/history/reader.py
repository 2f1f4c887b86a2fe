"""Lines of a history to records; the first fault is named with its line."""

import json
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from typing import Any

from app.core.errors import BadInput
from app.core.history.records import (
    HISTORY_VERSION,
    CaseSet,
    Execution,
    Header,
    Observation,
    Record,
)
from app.core.history.sets import CaseSets
from app.core.outcomes import Outcome
from app.core.priorities import Labels

_OUTCOMES = {outcome.value: outcome for outcome in Outcome}
_NONE_NOT_RUN: frozenset[str] = frozenset()


def records_of(lines: Iterable[bytes]) -> Iterator[Record]:
    """The records of a history, one for each line that is not empty, the header first.

    Fields that are not known are ignored. Raises BadInput, with the line, at the first fault.
    """
    sets = CaseSets()
    number = 0
    for number, line in enumerate(lines, start=1):
        if number > 1 and not line.strip():
            continue
        try:
            record = _record(_object(line), sets, is_first=number == 1)
        except _Fault as fault:
            raise BadInput(f"Line {number} {fault}", line=number) from None
        yield sets.add(record) if isinstance(record, CaseSet) else record
    if number == 0:
        raise BadInput("The file is empty: a history begins with its header.", line=1)


class _Fault(Exception):
    """What is wrong with a line, as the rest of a sentence."""


def _object(line: bytes) -> dict[str, Any]:
    try:
        found = json.loads(line)
    except (ValueError, RecursionError):
        raise _Fault("is not JSON; a history has one JSON object a line.") from None
    if not isinstance(found, dict):
        raise _Fault("is not a JSON object; a history has one a line.")
    return found


def _record(found: dict[str, Any], sets: CaseSets, *, is_first: bool) -> Record:
    if is_first:
        return _header(found)
    if "run" in found:
        return _observation(found, sets)
    if "cases" in found:
        return _case_set(found)
    raise _Fault("is neither a set of cases (`cases`) nor a job of a run (`run`).")


def _header(found: dict[str, Any]) -> Header:
    if "history" not in found:
        raise _Fault('is no header; a history begins with {"history": 1, ...}.')
    if found["history"] != HISTORY_VERSION or isinstance(found["history"], bool):
        version = found["history"]
        raise _Fault(f"says history version {version!r:.20}; this program reads {HISTORY_VERSION}.")
    return Header(_text(found, "repository"), _text(found, "default_branch"))


def _case_set(found: dict[str, Any]) -> CaseSet:
    files: dict[str, str | None] = {}
    labels: dict[str, Labels] = {}
    for entry in _list(found, "of"):
        if not isinstance(entry, dict):
            raise _Fault("has a case in `of` that is no object.")
        case = _text(entry, "case")
        files[case] = _text_or_none(entry, "file")
        if "tags" in entry or "priority" in entry:
            tags = frozenset(_texts(entry, "tags"))
            labels[case] = Labels(tags, _text_or_none(entry, "priority"))
    return CaseSet(_text(found, "cases"), files, labels)


def _observation(found: dict[str, Any], sets: CaseSets) -> Observation:
    name = _text(found, "ran")
    if name not in sets:
        raise _Fault(f"uses the set of cases {name!r:.80}, which no line before it gives.")
    ran = sets[name]
    return Observation(
        at=_moment(found),
        run=_count(found, "run"),
        attempt=_count(found, "attempt"),
        job=_text(found, "job"),
        code=_text(found, "sha"),
        branch=_text(found, "branch"),
        pr=None if found.get("pr") is None else _count(found, "pr"),
        base=_text_or_none(found, "base"),
        changed=None if found.get("changed") is None else tuple(_texts(found, "changed")),
        is_trusted=_truth(found, "trusted"),
        ran=ran,
        not_run=_not_run(found, ran),
        results=_results(found, ran),
    )


def _not_run(found: dict[str, Any], ran: CaseSet) -> frozenset[str]:
    not_run = frozenset(_texts(found, "not_run"))
    for case in sorted(not_run - ran.files.keys()):
        raise _Fault(f"has {case!r:.80} in `not_run`, which is not in its set of cases.")
    return not_run or _NONE_NOT_RUN


def _results(found: dict[str, Any], ran: CaseSet) -> dict[str, tuple[Execution, ...]]:
    results = found.get("results", {})
    if not isinstance(results, dict):
        raise _Fault("has `results` that are no object.")
    for case in results:
        if case not in ran.files:
            raise _Fault(f"has a result of {case!r:.80}, which is not in its set of cases.")
    return {case: _executions(case, listed) for case, listed in results.items()}


def _executions(case: str, listed: object) -> tuple[Execution, ...]:
    if not isinstance(listed, list) or not listed:
        raise _Fault(f"lists no executions for {case!r:.80}.")
    return tuple(_execution(case, one) for one in listed)


def _execution(case: str, one: object) -> Execution:
    if not isinstance(one, list) or len(one) != 2:
        raise _Fault(f"has an execution of {case!r:.80} that is not [outcome, message].")
    outcome = _OUTCOMES.get(one[0]) if isinstance(one[0], str) else None
    if outcome is None:
        known = ", ".join(_OUTCOMES)
        raise _Fault(f"has an outcome {one[0]!r:.40} of {case!r:.80}; known are {known}.")
    if one[1] is not None and not isinstance(one[1], str):
        raise _Fault(f"has a message of {case!r:.80} that is no text.")
    return Execution(outcome, one[1] if one[1] is None else _readable(one[1]))


def _readable(message: str) -> str:
    """A message without halves of characters: a runner may have cut one, and nobody can mend it."""
    return message if _is_whole(message) else message.encode(errors="replace").decode()


def _is_whole(text: str) -> bool:
    """Whether it can be written as UTF-8, which JSON does not ask of what it escapes."""
    if text.isascii():
        return True
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _moment(found: dict[str, Any]) -> datetime:
    try:
        at = datetime.fromisoformat(_text(found, "at"))
    except ValueError:
        raise _Fault("has a time `at` that is not like 2026-03-02T10:15:00Z.") from None
    try:
        return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
    except OverflowError:
        told = "has a time `at` that is no year from 1 to 9999 in UTC; write when the job finished."
        raise _Fault(told) from None


def _text(found: dict[str, Any], field: str) -> str:
    value = found.get(field)
    if not isinstance(value, str):
        raise _Fault(f"has no text `{field}`.")
    return _whole(value, field)


def _whole(value: str, field: str) -> str:
    """A name as it stands: two that were mended could become one, so none is."""
    if not _is_whole(value):
        told = f"has half of a character in `{field}`, {value!r:.80}; write it as whole UTF-8."
        raise _Fault(told)
    return value


def _text_or_none(found: dict[str, Any], field: str) -> str | None:
    return None if found.get(field) is None else _text(found, field)


def _count(found: dict[str, Any], field: str) -> int:
    value = found.get(field)
    if not isinstance(value, int) or isinstance(value, bool):
        raise _Fault(f"has no whole number `{field}`.")
    return value


def _truth(found: dict[str, Any], field: str) -> bool:
    value = found.get(field, True)
    if not isinstance(value, bool):
        raise _Fault(f"has `{field}` that is neither true nor false.")
    return value


def _list(found: dict[str, Any], field: str) -> list[Any]:
    value = found.get(field)
    if not isinstance(value, list):
        raise _Fault(f"has no list `{field}`.")
    return value


def _texts(found: dict[str, Any], field: str) -> list[str]:
    value = found.get(field, [])
    if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
        raise _Fault(f"has `{field}` that is not a list of texts.")
    return [_whole(one, field) for one in value]
