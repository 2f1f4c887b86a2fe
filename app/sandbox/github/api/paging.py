"""Pages of lists, with GitHub's Link header."""

from collections.abc import Callable, Mapping, Sequence
from typing import TypeVar
from urllib.parse import urlencode

from app.sandbox.github.api.call import Answer, Call

DEFAULT_PAGE = 30
LARGEST_PAGE = 100
One = TypeVar("One")


def positive(text: str | None, *, default: int) -> int:
    """A positive whole number; GitHub takes its default for everything else."""
    if text is None or not (text.isascii() and text.isdigit()) or int(text) < 1:
        return default
    return int(text)


def page_of(
    call: Call,
    items: Sequence[One],
    shape: Callable[[One], object],
    *,
    envelope: str | None = None,
) -> Answer:
    """One page, bare or as `{"total_count", envelope}`; only what is shown is shaped."""
    size = min(positive(call.query.get("per_page"), default=DEFAULT_PAGE), LARGEST_PAGE)
    page = positive(call.query.get("page"), default=1)
    last = max(1, -(-len(items) // size))
    shown = [shape(one) for one in items[(page - 1) * size : page * size]]
    body: object = shown
    if envelope is not None:
        body = {"total_count": len(items), envelope: shown}
    return Answer(body, headers=link_header(call, page=page, last=last))


def link_header(call: Call, *, page: int, last: int) -> Mapping[str, str]:
    """`Link` with prev, next, last and first, each where there is one."""
    numbers: dict[str, int] = {}
    if page > 1:
        numbers["prev"] = min(page - 1, last)
    if page < last:
        numbers |= {"next": page + 1, "last": last}
    if page > 1:
        numbers["first"] = 1
    if not numbers:
        return {}
    root = call.github.api_url + call.path
    links = (
        f'<{root}?{urlencode({**call.query, "page": number})}>; rel="{rel}"'
        for rel, number in numbers.items()
    )
    return {"Link": ", ".join(links)}
