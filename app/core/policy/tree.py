"""A YAML text as a small tree with line and column; what a policy never needs is refused."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import yaml

MOST_CHARACTERS = 64_000  # of the file
MOST_NODES = 10_000  # keys and values
DEEPEST = 8  # of what lies within what; a policy needs four
SIGNS = "*&!@%`"  # no plain value begins with one
TEXT_SHOWN = 60  # characters of what a sentence quotes
ALIASES = "Anchors and aliases are not read; what begins with “*” or “&” must stand in quotes."
TAGS = "Tags are not read; what begins with “!” must stand in quotes."

LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # libyaml's, where it is there


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong, where; line and column count from 1."""

    line: int
    column: int
    sentence: str


class Faulty(Exception):
    """The text is no tree that we read."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(fault.sentence)
        self.fault = fault


@dataclass(frozen=True, slots=True)
class Node:
    """A value with its place: a text, a list of nodes, or pairs of a key and its value."""

    line: int
    column: int
    text: str | None = None
    is_plain: bool = False  # without quotes
    items: tuple["Node", ...] | None = None
    pairs: tuple[tuple["Node", "Node"], ...] | None = None

    @property
    def is_nothing(self) -> bool:
        """Whether nothing is written, or null: as if the key were not there."""
        return self.is_plain and self.text in {"", "~", "null", "Null", "NULL"}

    @property
    def shown(self) -> str:
        """What stands there, as a sentence names it."""
        if self.items is not None:
            return "a list"
        if self.pairs is not None:
            return "a mapping"
        text = self.text or ""
        return f"“{text[:TEXT_SHOWN]}{'…' if len(text) > TEXT_SHOWN else ''}”"


def tree_of(text: str) -> Node | None:
    """The document's tree; None for an empty one. Raises Faulty at the first thing amiss."""
    if len(text) > MOST_CHARACTERS:
        raise Faulty(Fault(1, 1, f"The file is longer than {MOST_CHARACTERS} characters."))
    if "\0" in text:
        raise Faulty(Fault(text[: text.index("\0")].count("\n") + 1, 1, "This is no text file."))
    try:
        return _document(yaml.parse(text, Loader=LOADER))
    except yaml.MarkedYAMLError as error:
        if (unquoted := _unquoted(text, error)) is not None:
            raise Faulty(unquoted) from None
        mark = error.problem_mark or error.context_mark
        line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
        problem = error.problem or error.context or "it is no YAML"
        raise Faulty(Fault(line, column, f"This is no YAML: {problem}.")) from None
    except (yaml.YAMLError, UnicodeError):
        raise Faulty(Fault(1, 1, "The file holds characters that no text has.")) from None


def _unquoted(text: str, error: yaml.MarkedYAMLError) -> Fault | None:
    """What is wrong where a value begins with a sign that means something to YAML; None elsewhere.

    Its own words for that, of aliases, directives and tokens, help nobody who wrote a pattern.
    """
    for mark in (error.context_mark, error.problem_mark):
        if mark is None:
            continue
        sign = text[mark.index : mark.index + 1]
        if sign and sign in SIGNS:
            said = f"What begins with “{sign}” must stand in quotes, as in “'{sign}…'”."
            return Fault(mark.line + 1, mark.column + 1, said)
    return None


def _document(events: Iterator[Any]) -> Node | None:
    found: Node | None = None
    seen = 0
    left = _counted(events)
    for event in left:
        if isinstance(event, yaml.DocumentStartEvent):
            seen += 1
            if seen > 1:
                raise Faulty(_fault(event, "A policy is one document; remove the second `---`."))
        elif isinstance(event, yaml.NodeEvent):
            found = _node(event, left, depth=0)
    return None if found is None or found.is_nothing else found


def _counted(events: Iterator[Any]) -> Iterator[Any]:
    """The events, as long as they are few and none is of a kind that policies do without."""
    for number, event in enumerate(events):
        if number > 2 * MOST_NODES:
            raise Faulty(_fault(event, f"The file holds more than {MOST_NODES} keys and values."))
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            raise Faulty(_fault(event, ALIASES))
        if getattr(event, "tag", None):
            raise Faulty(_fault(event, TAGS))
        yield event


def _node(event: Any, left: Iterator[Any], *, depth: int) -> Node:  # noqa: ANN401 - yaml is untyped
    if depth > DEEPEST:
        raise Faulty(_fault(event, f"This lies within more than {DEEPEST} others."))
    place = {"line": event.start_mark.line + 1, "column": event.start_mark.column + 1}
    if isinstance(event, yaml.ScalarEvent):
        return Node(**place, text=event.value, is_plain=not event.style)
    if isinstance(event, yaml.SequenceStartEvent):
        items = tuple(_within(left, yaml.SequenceEndEvent, depth=depth + 1))
        return Node(**place, items=items)
    inside = list(_within(left, yaml.MappingEndEvent, depth=depth + 1))
    return Node(**place, pairs=tuple(zip(inside[::2], inside[1::2], strict=True)))


def _within(left: Iterator[Any], end: type[Any], *, depth: int) -> Iterator[Node]:
    for event in left:
        if isinstance(event, end):
            return
        yield _node(event, left, depth=depth)


def _fault(event: Any, sentence: str) -> Fault:  # noqa: ANN401 - yaml is untyped
    mark = event.start_mark
    return Fault(mark.line + 1, mark.column + 1, sentence)
