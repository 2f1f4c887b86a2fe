"""Values of a policy read from the tree: each with its type and range, each fault in a sentence."""

import math
import re
from collections.abc import Collection, Iterator
from difflib import get_close_matches
from enum import StrEnum
from typing import TypeVar

from app.core.errors import BadInput
from app.core.globs import Glob, glob
from app.core.policy.tree import Fault, Node

MOST_IN_LIST = 500  # patterns, labels, rules, teams
LONGEST_TEXT = 300  # characters
LEAST_BEGUN = 3  # characters by which a longer key can be meant
TRUE, FALSE = {"true", "yes", "on"}, {"false", "no", "off"}
_NUMBER = re.compile(r"[+-]?(\d{1,9})(\.\d{0,12})?|[+-]?\.\d{1,12}")
_WHOLE = re.compile(r"[+-]?\d{1,9}")

Choice = TypeVar("Choice", bound=StrEnum)


class Reader:
    """Collects all faults; what cannot be read is None, and the key keeps its default."""

    def __init__(self) -> None:
        self.faults: list[Fault] = []
        self.notes: list[Fault] = []  # what is allowed and may not be meant

    def fault(self, node: Node, sentence: str) -> None:
        """Write down what is wrong at a place."""
        self.faults.append(Fault(node.line, node.column, sentence))

    def note(self, node: Node, sentence: str) -> None:
        """Write down what may not be meant."""
        self.notes.append(Fault(node.line, node.column, sentence))

    def number(self, node: Node, key: str, *, low: float = 0, high: float = 1) -> float | None:
        """A number in a range, its ends included."""
        value = float(node.text) if _is_a(_NUMBER, node) and node.text else math.nan
        if low <= value <= high:
            return value
        self.fault(node, f"`{key}` must be a number from {low:g} to {high:g}, not {node.shown}.")
        return None

    def whole(self, node: Node, key: str, *, low: int, high: int) -> int | None:
        """A whole number in a range, its ends included."""
        value = int(node.text) if _is_a(_WHOLE, node) and node.text else None
        if value is not None and low <= value <= high:
            return value
        self.fault(node, f"`{key}` must be a whole number from {low} to {high}, not {node.shown}.")
        return None

    def flag(self, node: Node, key: str) -> bool | None:
        """True or false."""
        word = (node.text or "").lower() if node.is_plain else ""
        if word in TRUE | FALSE:
            return word in TRUE
        self.fault(node, f"`{key}` must be true or false, not {node.shown}.")
        return None

    def choice(self, node: Node, key: str, of: type[Choice]) -> Choice | None:
        """One of a closed set."""
        if node.text in set(of):
            return of(node.text)
        known = ", ".join(one.value for one in of)
        near = _nearest(node.text or "", [one.value for one in of])
        hint = f"; did you mean {near}?" if near else "."
        self.fault(node, f"`{key}` must be one of {known}, not {node.shown}{hint}")
        return None

    def text(self, node: Node, key: str) -> str | None:
        """A short text."""
        if node.text and not node.is_nothing and len(node.text) <= LONGEST_TEXT:
            return node.text
        self.fault(
            node, f"`{key}` must be a text of 1 to {LONGEST_TEXT} characters, not {node.shown}."
        )
        return None

    def items(self, node: Node, key: str) -> tuple[Node, ...]:
        """The items of a list; one value alone is a list of it."""
        if node.pairs is not None:
            self.fault(node, f"`{key}` must be a list, not a mapping.")
            return ()
        items = (node,) if node.items is None else node.items
        if len(items) > MOST_IN_LIST:
            self.fault(node, f"`{key}` lists more than {MOST_IN_LIST}.")
            return ()
        return items

    def texts(self, node: Node, key: str) -> tuple[str, ...]:
        """A list of short texts."""
        found = (self.text(item, key) for item in self.items(node, key))
        return tuple(one for one in found if one is not None)

    def pattern(self, node: Node, key: str) -> Glob | None:
        """A glob."""
        text = self.text(node, key)
        if text is None:
            return None
        try:
            return glob(text)
        except BadInput as bad:
            self.fault(node, f"`{key}`: {bad}")
            return None

    def patterns(self, node: Node, key: str) -> tuple[Glob, ...]:
        """A list of globs."""
        found = (self.pattern(item, key) for item in self.items(node, key))
        return tuple(one for one in found if one is not None)

    def entries(
        self, node: Node, key: str, *, known: Collection[str] = ()
    ) -> Iterator[tuple[str, Node, Node]]:
        """The name, key and value of each entry of a mapping; only `known` keys, if any are given.

        A key without a value is as if it were not there.
        """
        what = f"`{key}`" if key else "The file"
        if node.pairs is None:
            self.fault(node, f"{what} must be a mapping of keys to values, not {node.shown}.")
            return
        seen: dict[str, int] = {}
        for name, value in node.pairs[:MOST_IN_LIST]:
            if not name.text:
                self.fault(name, f"{what} has a key that is {name.shown}; a key is a text.")
            elif name.text in seen:
                self.fault(name, f"`{name.text}` was set in line {seen[name.text]} already.")
            elif known and name.text not in known:
                self.fault(name, unknown(name, key, known))
            else:
                seen[name.text] = name.line
                if not value.is_nothing:
                    yield name.text, name, value
        if len(node.pairs) > MOST_IN_LIST:
            self.fault(node, f"{what} holds more than {MOST_IN_LIST} keys.")


def unknown(name: Node, key: str, known: Collection[str]) -> str:
    """The sentence for a key that does not exist, with the nearest that does."""
    whole = f"`{key}` has no key {name.shown}" if key else f"There is no key {name.shown}"
    near = _nearest(name.text or "", known)
    if near:
        return f"{whole}; did you mean `{near}`?"
    return f"{whole}; the keys are {', '.join(f'`{one}`' for one in known)}."


def _nearest(word: str, known: Collection[str]) -> str | None:
    wanted = word.lower().replace("-", "_")
    begun = (one for one in known if len(wanted) >= LEAST_BEGUN and one.startswith(wanted))
    found = get_close_matches(wanted, known, n=1, cutoff=0.6)
    return found[0] if found else next(begun, None)


def _is_a(kind: re.Pattern[str], node: Node) -> bool:
    return node.is_plain and node.text is not None and bool(kind.fullmatch(node.text))
