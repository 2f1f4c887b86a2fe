"""What people write to us in a pull request: `/flakeguard quarantine test_total 7 Until Monday.`"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import get_close_matches
from enum import StrEnum
from itertools import islice

MENTION = "/flakeguard"
MOST = 5  # commands of one comment; more are no conversation
LONGEST = 1_000  # characters of a line that are read
LONGEST_DAYS = 4  # digits

_FENCE = re.compile(r" {0,3}(`{3,}|~{3,})")
_QUOTED = re.compile(
    r"(`+) ?(?P<code>.+?) ?\1(?=\s|$)|\"(?P<double>[^\"]+)\"(?=\s|$)"
    r"|'(?P<single>[^']+)'(?=\s|$)"
)
_DAYS = re.compile(rf"(?P<days>\d{{1,{LONGEST_DAYS}}})(?:d| days?)?(?=\s|$)")


class CommandName(StrEnum):
    """What can be asked for in a comment."""

    QUARANTINE = "quarantine"
    RELEASE = "release"
    DISMISS = "dismiss"
    RERUN = "rerun"
    STABLE = "stable"
    EXPLAIN = "explain"
    ISSUE = "issue"
    HELP = "help"


@dataclass(frozen=True, slots=True)
class Command:
    """One command as it was written."""

    word: str  # as it was typed: it may be no command of ours
    case: str = ""  # as somebody calls it
    days: int | None = None
    reason: str = ""

    @property
    def name(self) -> CommandName | None:
        """What is asked for; None where we do not know the word."""
        return CommandName(self.word) if self.word in set(CommandName) else None

    @property
    def meant(self) -> CommandName | None:
        """The command that looks most like an unknown word; None where none does."""
        found = get_close_matches(self.word, list(CommandName), n=1)
        return CommandName(found[0]) if found else None


def kept(body: str) -> str:
    """The lines of a comment that are commands; "" where none is.

    What is quoted or stands in code is none.
    """
    return "\n".join(islice(_lines(body), MOST))


def commands_in(body: str) -> list[Command]:
    """The commands of a comment in their order."""
    return [_command(line) for line in islice(_lines(body), MOST)]


def _lines(body: str) -> Iterator[str]:
    fence = ""
    for line in body.splitlines():
        found = _FENCE.match(line)
        if found and (not fence or found[1].startswith(fence)):
            fence = "" if fence else found[1]
        elif not fence and re.match(rf"{MENTION}(?=\s|$)", line, re.IGNORECASE):
            yield line[:LONGEST]


def _command(line: str) -> Command:
    word, rest = _first(line[len(MENTION) :])
    case, rest = _case(rest)
    found = _DAYS.match(rest)
    days = int(found["days"]) if found else None
    reason = rest[found.end() :] if found else rest
    return Command(word.lower() or CommandName.HELP, case, days, reason.strip())


def _first(text: str) -> tuple[str, str]:
    word, _, rest = text.strip().partition(" ")
    return word, rest.strip()


def _case(text: str) -> tuple[str, str]:
    """What comes first, whole where it is quoted; and the rest."""
    found = _QUOTED.match(text)
    if found is None:
        return _first(text)
    name = found["code"] or found["double"] or found["single"]
    return name, text[found.end() :].strip()
