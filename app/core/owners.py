"""Who owns a file, by the rules of GitHub's CODEOWNERS.

Source: https://docs.github.com/en/repositories/managing-your-repositorys-settings-and-features/customizing-your-repository/about-code-owners
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from app.core.errors import BadInput
from app.core.globs import ANY_DEPTH, ANYTHING, Segment, fits_segments, tokens

PLACES = (".github/CODEOWNERS", "CODEOWNERS", "docs/CODEOWNERS")  # the first that exists counts
MOST_CHARACTERS = 3_000_000  # GitHub reads no file above 3 MB
TEXTS_REMEMBERED = 16  # files that are read once and asked for often
MOST_WARNINGS = 20
SHOWN = 60  # characters of what a warning quotes

_LINE_END = re.compile(r"\r?\n")  # no other sign that Unicode ends lines with
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
    for number, line in enumerate(_LINE_END.split(text.removeprefix("\ufeff")), start=1):
        pattern, *owners = _words(line) or [""]
        if not pattern:
            continue
        if flaw := _flaw(pattern, owners):
            warnings.append(f"Line {number} of CODEOWNERS is skipped: {flaw}.")
            continue
        rules.append(Rule(pattern, tuple(owners), number, _segments(pattern)))
    return rules, warnings[:MOST_WARNINGS]


@lru_cache(maxsize=TEXTS_REMEMBERED)
def rules_in(text: str) -> tuple[Rule, ...]:
    """The rules of a CODEOWNERS file, in their order."""
    return tuple(parse(text)[0])


def owners_of(path: str, rules: Sequence[Rule]) -> tuple[str, ...]:
    """The owners whom the last matching rule names; none where no rule matches or it names none.

    `path` is relative to the repository, with slashes.
    """
    found = rule_of(path, rules)
    return found.owners if found else ()


def rule_of(path: str, rules: Sequence[Rule]) -> Rule | None:
    """The last rule that matches a path; None where none does."""
    parts = path.strip("/").split("/")
    matching = (rule for rule in reversed(rules) if fits_segments(rule.segments, parts))
    return next(matching, None)


def rule(pattern: str, owners: Sequence[str], *, line: int) -> Rule:
    """One rule; BadInput naming what GitHub would not take either."""
    if flaw := _flaw(pattern, owners):
        raise BadInput(f"{flaw[:1].upper()}{flaw[1:]}.", line=line)
    return Rule(pattern, tuple(owners), line, _segments(pattern))


def is_owner(name: str) -> bool:
    """Whether this is what CODEOWNERS takes for an owner: @login, @organisation/team, or e-mail."""
    return _OWNER.fullmatch(name) is not None


def is_among(name: str, owners: Iterable[str]) -> bool:
    """Whether somebody is one of these owners: capitals and the first @ do not matter."""
    wanted = name.lstrip("@").lower()
    return any(owner.lstrip("@").lower() == wanted for owner in owners)


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
    found = [ANY_DEPTH if name == "**" else tokens(name) for name in names if name]
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
