"""Which of our pages an address means, as people paste them into chat."""

import re
from dataclasses import dataclass
from enum import StrEnum
from html import unescape
from urllib.parse import unquote, urlsplit

LONGEST = 2_000  # characters of an address that is read
PLACE = re.compile(
    r"/r/(?P<repository>[^/]+(?:/[^/]+)+?)(?:/(?P<kind>cases|outages|clusters)/(?P<id>[0-9a-f-]+))?"
)


class PageKind(StrEnum):
    """What a page shows."""

    REPOSITORY = "repository"
    CASE = "cases"
    OUTAGE = "outages"
    CLUSTER = "clusters"


@dataclass(frozen=True, slots=True)
class PageMeant:
    """A page, by what stands in its address: nothing of it is known to exist."""

    kind: PageKind
    repository: str  # owner/name
    id: str = ""  # of what is shown; "" for the repository itself


def page_meant(url: str, public_url: str) -> PageMeant | None:
    """The page of ours that an address leads to; None where it is no such page.

    Slack's escape of `&` is undone; what stands behind `?` or `#` makes no other page.
    """
    if len(url) > LONGEST:
        return None
    try:
        given, ours = urlsplit(unescape(url)), urlsplit(public_url)
    except ValueError:
        return None
    if (given.scheme, given.netloc.lower()) != (ours.scheme, ours.netloc.lower()):
        return None
    base = ours.path.rstrip("/")
    if not given.path.startswith(base):
        return None
    found = PLACE.fullmatch(unquote(given.path[len(base) :]).rstrip("/"))
    if found is None:
        return None
    kind = PageKind(found["kind"]) if found["kind"] else PageKind.REPOSITORY
    return PageMeant(kind, found["repository"], found["id"] or "")
