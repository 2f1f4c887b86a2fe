"""The issues that a commit or a pull request names, in the ways in which code hosts let them."""

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from urllib.parse import urlsplit

AT_MOST = 20  # issues of one text; one that names more mends none of them
REVERT = 'Revert "'  # how git begins what takes a commit back, and quotes that commit's own words

# Source: https://docs.github.com/en/get-started/writing-on-github/working-with-advanced-formatting/autolinked-references-and-urls
_NUMBER = re.compile(r"(?:(?<![\w/#&-])#|(?<![\w/-])GH-)(\d{1,9})\b", re.IGNORECASE)
_ELSEWHERE = re.compile(r"(?<![\w./-])([\w.-]{1,100}/[\w.-]{1,100}#\d{1,9})\b", re.ASCII)
_LINK = re.compile(r"https?://[^\s<>()\[\]\"'`]{1,1000}", re.IGNORECASE)
_BEHIND = ".,;:!?*_"  # a link, and no part of it
_OF_ISSUE = re.compile(r"[/=](?:[a-z][a-z0-9_]*-)?\d{1,9}(?=[/?&]|$)")  # a number, or Jira's key
_NUMBERED = re.compile(
    r"(.*/)(?:issues|work_items)(/\d{1,9})(?![\w.-]).*"
)  # what follows is a view


@dataclass(frozen=True, slots=True)
class Linked:
    """An issue that is linked to a case."""

    url: str
    number: int | None = None  # in the repository itself; None where only the link is known


def named_in(text: str) -> tuple[str, ...]:
    """The issues that a text names: `#12`, `owner/repo#12` or links, all in small letters.

    None where it names a list of them, and none of a revert, which quotes what it takes back.
    """
    if is_revert(text):
        return ()
    found = sorted({*_numbers(text), *_links(text)})
    return tuple(found) if len(found) <= AT_MOST else ()


def is_revert(message: str) -> bool:
    """Whether a commit takes another one back."""
    return message.lstrip().startswith(REVERT)


def is_named(issue: Linked, named: Collection[str], *, repository: str) -> bool:
    """Whether an issue is one of those that a text of a repository, by its whole name, names.

    A number alone is one of the repository's own issues, never another one's.
    """
    said = {_plain(one) if "://" in one else one for one in named}
    path = urlsplit(_plain(issue.url)).path
    where, _, number = path.strip("/").rpartition("/issues/")
    where = where.removesuffix("/-")  # GitLab's
    if issue.number is not None:
        number, where = str(issue.number), repository.lower()
    known = {_plain(issue.url), f"{where}#{number}"}
    if where == repository.lower():
        known.add(f"#{number}")
    return not known.isdisjoint(said)


def _numbers(text: str) -> Iterator[str]:
    yield from (f"#{number}" for number in _NUMBER.findall(text))
    yield from (one.lower() for one in _ELSEWHERE.findall(text))


def _links(text: str) -> Iterator[str]:
    for found in _LINK.findall(text):
        link = _plain(found.rstrip(_BEHIND))
        if _OF_ISSUE.search(link):
            yield link


def _plain(url: str) -> str:
    """A link as others to the same issue are written: what only shows it otherwise is left out."""
    link = url.strip().lower().partition("#")[0].rstrip("/")
    link = "https://" + link.removeprefix("http://").removeprefix("https://")
    numbered = _NUMBERED.fullmatch(link)
    return f"{numbered[1]}issues{numbered[2]}" if numbered else link
