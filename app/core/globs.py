"""Globs: the only patterns that people may write. Matching is linear in the text's length.

`*` is any number of characters within a segment, `?` one, `**` any number of segments, `{a,b}`
one of these; everything else stands for itself, brackets too, which names of cases hold.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import product
from typing import TypeVar

from app.core.errors import BadInput

MOST_CHARACTERS = 300  # of a pattern: the time for a text is at most so many times its length
MOST_ALTERNATIVES = 64  # that the braces of one pattern come to
SHOWN = 60  # characters of what a sentence quotes

Pattern = TypeVar("Pattern")
Part = TypeVar("Part")
Token = str  # one character, or one of the two that follow
MANY, ONE = "any characters", "any character"
Segment = tuple[Token, ...]  # of a path, between slashes
ANY_DEPTH: Segment = ("any segments",)
ANYTHING: Segment = (MANY,)


@dataclass(frozen=True, slots=True)
class Glob:
    """A pattern, as written; equal text, equal meaning."""

    pattern: str
    alternatives: tuple[tuple[Segment, ...], ...] = field(compare=False, repr=False)

    def fits(self, text: str) -> bool:
        """Whether the whole text matches: a branch, a job, an artifact, a tag."""
        parts = text.split("/")
        return any(fits_segments(one, parts) for one in self.alternatives)

    def fits_path(self, path: str) -> bool:
        """Whether a path matches; a pattern without a slash may match at any depth."""
        parts = path.strip("/").split("/")
        return any(
            fits_segments((ANY_DEPTH, *one) if len(one) == 1 else one, parts)
            for one in self.alternatives
        )

    def __str__(self) -> str:
        return self.pattern


def glob(pattern: str) -> Glob:
    """Read a pattern; BadInput with a sentence where it is none."""
    if not pattern.strip("/"):
        raise BadInput("A pattern must not be empty.")
    if len(pattern) > MOST_CHARACTERS:
        raise BadInput(
            f"“{pattern[:SHOWN]}…” is longer than {MOST_CHARACTERS} characters; shorten it."
        )
    alternatives = tuple(_segments(one) for one in _unfolded(pattern))
    return Glob(pattern, alternatives)


def _segments(pattern: str) -> tuple[Segment, ...]:
    if "***" in pattern:
        raise BadInput(f"“{pattern[:SHOWN]}” holds more than two asterisks in a row.")
    names = pattern.removeprefix("./").lstrip("/").split("/")
    if names[-1] == "":  # `docs/`: what is in it
        names[-1] = "**"
    found = [ANY_DEPTH if name == "**" else tokens(name) for name in names]
    if len(found) > 1 and found[-1] == ANY_DEPTH:  # what is in it, not itself
        found[-1:] = [ANYTHING, ANY_DEPTH]
    return tuple(found)


def _unfolded(pattern: str) -> list[str]:
    """The pattern once for every choice in its braces."""
    parts: list[list[str]] = []
    count, rest = 1, pattern
    while True:
        before, opened, after = rest.partition("{")
        inside, closed, rest_after = after.partition("}")
        if not opened or not closed or "," not in inside:
            parts.append([rest])
            break
        if "{" in inside:
            raise BadInput(f"“{pattern[:SHOWN]}” has braces within braces; write two patterns.")
        choices = inside.split(",")
        count *= len(choices)
        if count > MOST_ALTERNATIVES:
            raise BadInput(
                f"“{pattern[:SHOWN]}” comes to more than {MOST_ALTERNATIVES} patterns; "
                "write fewer choices."
            )
        parts += [[before], choices]
        rest = rest_after
    return ["".join(choice) for choice in product(*parts)]


def tokens(name: str) -> Segment:
    """The characters of a segment; wildcards by their meaning, an escaped one as itself."""
    found: list[Token] = []
    characters = iter(name)
    for character in characters:
        if character == "\\":
            found.append(next(characters, "\\"))
        elif character == "?":
            found.append(ONE)
        elif character != "*":
            found.append(character)
        elif found[-1:] != [MANY]:
            found.append(MANY)
    return tuple(found)


def fits_segments(segments: Sequence[Segment], parts: Sequence[str]) -> bool:
    """Whether the names of a path match the segments of a pattern."""
    return _fits(segments, parts, ANY_DEPTH, _segment_fits)


def _fits(
    patterns: Sequence[Pattern],
    parts: Sequence[Part],
    many: Pattern,
    one_fits: Callable[[Pattern, Part], bool],
) -> bool:
    """Whether the parts match, where `many` stands for any number of them.

    Only the last `many` ever has to take more, so this is at most one length times the other:
    a hostile pattern cannot make it slow.
    """
    at = part = 0
    last_many, taken = -1, 0
    while part < len(parts):
        if at < len(patterns) and patterns[at] == many:
            last_many, taken = at, part
            at += 1
        elif at < len(patterns) and one_fits(patterns[at], parts[part]):
            at, part = at + 1, part + 1
        elif last_many >= 0:
            taken += 1
            at, part = last_many + 1, taken
        else:
            return False
    return all(pattern == many for pattern in patterns[at:])


def _character_fits(token: Token, character: str) -> bool:
    return token in (ONE, character)


def _segment_fits(segment: Segment, name: str) -> bool:
    return _fits(segment, name, MANY, _character_fits)
