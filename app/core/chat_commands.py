"""What somebody typed after `/flakeguard`: a verb and its words, and what was meant by a slip."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from difflib import get_close_matches
from enum import StrEnum

from app.core.errors import BadInput

CLOSE_ENOUGH = 0.6  # of difflib's ratio, for something to be what was meant
MOST_MEANT = 3
MOST_TEXT = 4_000  # characters of a command that are read
QUOTES = str.maketrans({"\u201c": '"', "\u201d": '"', "\u201e": '"', "\u2018": "'", "\u2019": "'"})
"""What Slack and keyboards make of straight quotes."""

WORD = re.compile(r'"([^"]+)"|(\S+)')
LINK = re.compile(r"<((?:https?|mailto):[^|<>\s]*|#C[A-Z0-9]{1,20})(?:\|([^<>]*))?>")
"""What Slack makes of words that look like an address, `cart.py` among them, or name a channel."""

MENTION = re.compile(r"<@([UW][A-Z0-9]{1,20})(?:\|[^>]*)?>")
SPAN = re.compile(r"(\d{1,4})\s*(m|min|h|d|w)?[a-z]*", re.IGNORECASE)
UNITS = {
    "m": timedelta(minutes=1),
    "min": timedelta(minutes=1),
    "h": timedelta(hours=1),
    "d": timedelta(days=1),
    "w": timedelta(weeks=1),
}
ENTITIES = (("&lt;", "<"), ("&gt;", ">"), ("&amp;", "&"))


class Verb(StrEnum):
    """What can be asked for."""

    STATUS = "status"  # how a repository stands
    TOP = "top"  # its worst cases
    TOPFLAKY = "topflaky"  # the worst flaky cases of every repository, as the old bot called it
    TEST = "test"  # one case
    RUNS = "runs"  # the newest runs
    CLUSTERS = "clusters"  # what fails alike
    QUARANTINE = "quarantine"
    RELEASE = "release"
    DISMISS = "dismiss"
    MINE = "mine"  # the cases that one owns
    OWN = "own"  # say whose a case is
    SUBSCRIBE = "subscribe"  # bind the channel to a repository
    UNSUBSCRIBE = "unsubscribe"
    RERUN = "rerun"
    DIGEST = "digest"  # what became of a repository in a week
    MUTE = "mute"
    LINK = "link"  # say who one is
    UNLINK = "unlink"
    SETTINGS = "settings"
    PROPOSALS = "proposals"  # what waits for a decision
    HELP = "help"


class Kind(StrEnum):
    """What a channel may hear of."""

    FLAKY = "flaky"  # a case turns flaky, and what becomes of it
    QUARANTINE = "quarantine"  # proposals, decisions, ends
    BROKEN = "broken"  # a case turns broken
    OUTAGE = "outage"
    FIXED = "fixed"  # a case is healthy again
    DIGEST = "digest"


@dataclass(frozen=True, slots=True)
class Command:
    """A verb and the words behind it, quotes taken off."""

    verb: Verb
    words: tuple[str, ...]
    quoted: frozenset[int] = frozenset()  # the places of words that stood in quotes

    @property
    def rest(self) -> str:
        """All words as one."""
        return " ".join(self.words)


def command_of(text: str) -> Command:
    """What was typed, Slack's escapes undone; nothing at all is a call for help.

    Raises BadInput, with what may have been meant, for a verb that is none.
    """
    words, quoted = words_of(text[:MOST_TEXT])
    if not words:
        return Command(Verb.HELP, ())
    said = words[0].lower()
    try:
        verb = Verb(said)
    except ValueError:
        meant = did_you_mean(said, [one.value for one in Verb])
        raise BadInput(f"There is no command “{said[:40]}”.{meant} Try /flakeguard help.") from None
    return Command(verb, tuple(words[1:]), frozenset(place - 1 for place in quoted if place))


def words_of(text: str) -> tuple[list[str], set[int]]:
    """The words of a text, what stands in double quotes being one; and which did."""
    found, quoted = [], set()
    for place, match in enumerate(WORD.finditer(LINK.sub(_typed, text.translate(QUOTES)))):
        if match[1] is not None:
            quoted.add(place)
        found.append(unescaped(match[1] if match[1] is not None else match[2]))
    return found, quoted


def _typed(link: re.Match[str]) -> str:
    """What somebody typed where Slack made a link of it."""
    sign = "#" if link[1].startswith("#") else ""
    return f"{sign}{link[2]}" if link[2] else link[1]


def unescaped(word: str) -> str:
    """A word as it was typed; a mention of a chat user becomes `<@U...>` alone."""
    mention = MENTION.fullmatch(word)
    if mention:
        return f"<@{mention[1]}>"
    for entity, character in ENTITIES:
        word = word.replace(entity, character)
    return word


def mentioned(word: str) -> str | None:
    """The chat user whom a word mentions; None when it is no mention."""
    mention = MENTION.fullmatch(word)
    return mention[1] if mention else None


def did_you_mean(said: str, known: Iterable[str]) -> str:
    """` Did you mean “status” or “top”?`; "" when nothing is close."""
    named = {one.lower(): one for one in known}
    close = get_close_matches(said.lower(), list(named), n=MOST_MEANT, cutoff=CLOSE_ENOUGH)
    if not close:
        close = [one for one in named if said and one.startswith(said.lower())][:MOST_MEANT]
    if not close:
        return ""
    return f" Did you mean {' or '.join(f'“{named[one]}”' for one in close)}?"


def span_of(word: str) -> timedelta | None:
    """`3d`, `2w`, `12h`, `30min`, or a number of days; None for anything else."""
    match = SPAN.fullmatch(word)
    if match is None:
        return None
    return int(match[1]) * UNITS[(match[2] or "d").lower()]


def kinds_of(word: str) -> tuple[Kind, ...] | None:
    """`flaky,broken` as kinds; None when the word is no list of kinds.

    Raises BadInput where some are kinds and others are not.
    """
    parts = [part for part in word.lower().split(",") if part]
    known = [part for part in parts if part in set(Kind)]
    if not known:
        return None
    strangers = [part for part in parts if part not in set(Kind)]
    if strangers:
        meant = did_you_mean(strangers[0], [one.value for one in Kind])
        raise BadInput(f"A channel cannot hear of “{strangers[0][:40]}”.{meant}")
    return tuple(dict.fromkeys(Kind(part) for part in known))


def best_matches(said: str, names: Sequence[str]) -> list[str]:
    """The repositories that a short name fits best: the whole, the name, its start, a part of it.

    `names` are owner/name; only the best kind of fit counts.
    """
    wanted = said.lower().strip("/")
    fits = (
        lambda name: name == wanted,
        lambda name: name.rpartition("/")[2] == wanted,
        lambda name: name.rpartition("/")[2].startswith(wanted),
        lambda name: wanted in name,
    )
    for fit in fits:
        found = [name for name in names if fit(name.lower())]
        if found:
            return found
    return []
