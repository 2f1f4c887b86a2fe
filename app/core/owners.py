"""Who owns a file, by the rules of GitHub's CODEOWNERS.

Source: https://docs.github.com/en/repositories/managing-your-repositorys-settings-and-features/customizing-your-repository/about-code-owners
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

PLACES = (".github/CODEOWNERS", "CODEOWNERS", "docs/CODEOWNERS")  # the first that exists counts
MOST_CHARACTERS = 3_000_000  # GitHub reads no file above 3 MB
MOST_WARNINGS = 20
SHOWN = 60  # characters of what a warning quotes

Pattern = TypeVar("Pattern")
Part = TypeVar("Part")
Token = str  # one character, or one of the two that follow
MANY, ONE = "any characters", "any character"
Segment = tuple[Token, ...]  # of a path, between slashes
ANY_DEPTH: Segment = ("any segments",)
ANYTHING: Segment = (MANY,)

_WORDS = re.compile(r"(?:\\.|[^\s\\]|\\$)+")
_OWNER = re.compile(
    r"@[A-Za-z0-9](?:[A-Za-z0-9_-]{0,99})(?:/[A-Za-z0-9_.-]{1,100})?"  # a person or a team
    r"|[^\s@]{1,100}@[A-Za-z0-9-]{1,100}(?:\.[A-Za-z0-9-]{1,100}){1,10}"
)


@dataclass(frozen=True, slots=True)
class Rule:
    """One line: who owns what the pattern matches; without owners, nobody does."""

    pattern: str  # as written
    owners: tuple[str, ...]  # @login, @organisation/team or an e-mail address
    line: int
    segments: tuple[Segment, ...]


def parse(text: str) -> tuple[list[Rule], list[str]]:
    """The rules in their order, and a sentence for each line that GitHub skips too."""
    if len(text) > MOST_CHARACTERS:
        return [], ["CODEOWNERS is larger than 3 MB, so GitHub does not read it and we do not."]
    rules: list[Rule] = []
    warnings: list[str] = []
    for number, line in enumerate(text.splitlines(), start=1):
        pattern, *owners = _words(line) or [""]
        if not pattern:
            continue
        if flaw := _flaw(pattern, owners):
            warnings.append(f"Line {number} of CODEOWNERS is skipped: {flaw}.")
            continue
        rules.append(Rule(pattern, tuple(owners), number, _segments(pattern)))
    return rules, warnings[:MOST_WARNINGS]


def owners_of(path: str, rules: Sequence[Rule]) -> tuple[str, ...]:
    """The owners whom the last matching rule names; none where no rule matches or it names none.

    `path` is relative to the repository, with slashes.
    """
    parts = path.strip("/").split("/")
    for rule in reversed(rules):
        if _fits(rule.segments, parts, ANY_DEPTH, _segment_fits):
            return rule.owners
    return ()


def _words(line: str) -> list[str]:
    """Pattern and owners, without a comment; `\\ ` is a space within a pattern."""
    words: list[str] = _WORDS.findall(line)
    comment = next((at for at, word in enumerate(words) if word.startswith("#")), len(words))
    return words[:comment]


def _flaw(pattern: str, owners: Sequence[str]) -> str:
    """What is wrong with a line; "" for nothing."""
    if pattern.startswith("!"):
        return f"“{pattern[:SHOWN]}” begins with “!”, and patterns cannot be negated"
    if "***" in pattern:
        return f"“{pattern[:SHOWN]}” holds more than two asterisks in a row"
    if not pattern.strip("/"):
        return f"“{pattern[:SHOWN]}” names no file or folder"
    wrong = next((owner for owner in owners if not _OWNER.fullmatch(owner)), None)
    if wrong is not None:
        return f"“{wrong[:SHOWN]}” is no @login, no @organisation/team and no e-mail address"
    return ""


def _segments(pattern: str) -> tuple[Segment, ...]:
    """The pattern by segments, with what its slashes at either end mean written out."""
    names = pattern.strip("/").split("/")
    is_anchored = pattern.startswith("/") or len(names) > 1
    found = [ANY_DEPTH if name == "**" else _tokens(name) for name in names if name]
    if not is_anchored:
        found.insert(0, ANY_DEPTH)
    is_folder = pattern.endswith("/")
    if found[-1] == ANY_DEPTH:  # what is in it, not itself
        found[-1:] = [ANYTHING, ANY_DEPTH]
    if is_folder:
        return (*found, ANYTHING, ANY_DEPTH)
    if found[-1] == ANY_DEPTH:
        return tuple(found)
    if found[-1] == ANYTHING:  # `docs/*` owns no file of a folder in docs
        return tuple(found)
    return (*found, ANY_DEPTH)  # a file of this name, or what is in a folder of this name


def _tokens(name: str) -> Segment:
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
