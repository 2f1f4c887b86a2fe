"""`flakeguard policy check FILE`: what is wrong with a policy file, and what it comes to."""

import json
from dataclasses import fields, is_dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.text import Text

from app.core.errors import BadInput
from app.core.globs import Glob
from app.core.owners import Rule as OwnerRule
from app.core.policy.policy import Policy
from app.core.policy.reading import Reading, read_policy
from app.core.policy.tree import Fault
from app.render import escape
from app.render.words import policy as words_policy
from app.services.policy.policies import POLICY_LIMIT

DONE, BAD_INPUT = 0, 1  # exit status
PATH_SHOWN = 300  # characters of a path in a sentence


def check(file: Path, *, as_json: bool) -> int:
    """Say everything that is wrong with a policy file; 1 when anything is."""
    reading = read_policy(text_of(file))
    if as_json:
        print(json.dumps(_plain(file, reading), ensure_ascii=False))  # noqa: T201 - for programs
    else:
        _print(file, reading)
    return BAD_INPUT if reading.faults else DONE


def text_of(file: Path) -> str:
    """The text of a policy file; BadInput where it cannot be read."""
    try:
        with file.open("rb") as opened:
            contents = opened.read(POLICY_LIMIT + 1)
    except OSError as error:
        raise BadInput(f"{file} cannot be read: {error.strerror or error}.") from None
    return contents.decode("utf-8", "replace")


def _print(file: Path, reading: Reading) -> None:
    wrong = Console(stderr=True, soft_wrap=True, highlight=False)
    name = escape.plain(str(file), limit=PATH_SHOWN)
    for fault in reading.faults:
        wrong.print(Text(_line(name, fault)))
    out = Console(soft_wrap=True, highlight=False)
    for note in reading.notes:
        out.print(Text(_line(name, note)))
    if reading.policy is not None:
        out.print(Text(words_policy.is_good(name, reading.policy)))


def _line(name: str, fault: Fault) -> str:
    """A fault as compilers write them, so that editors find the place."""
    return f"{name}:{fault.line}:{fault.column}: {escape.plain(fault.sentence, limit=1_000)}"


def _plain(file: Path, reading: Reading) -> dict[str, Any]:
    return {
        "path": str(file),
        "ok": not reading.faults,
        "faults": [_fault(one) for one in reading.faults],
        "notes": [_fault(one) for one in reading.notes],
        "policy": plain_policy(reading.policy) if reading.policy else None,
    }


def _fault(one: Fault) -> dict[str, Any]:
    return {"line": one.line, "column": one.column, "message": one.sentence}


def plain_policy(policy: Policy) -> dict[str, Any]:
    """A policy as programs read it, every key with its value."""
    return {one.name: _value(getattr(policy, one.name)) for one in fields(policy)}


def _value(value: Any) -> Any:  # noqa: ANN401 -- whatever a policy holds
    if isinstance(value, StrEnum):
        return value.value
    if isinstance(value, Glob):
        return value.pattern
    if isinstance(value, OwnerRule):
        return {"path": value.pattern, "owners": list(value.owners)}
    if isinstance(value, tuple):
        return [_value(one) for one in value]
    if isinstance(value, dict):
        return {key: _value(one) for key, one in value.items()}
    if is_dataclass(value):
        set_fields = ((one.name, getattr(value, one.name)) for one in fields(value))
        return {name: _value(one) for name, one in set_fields if one is not None}
    return value
