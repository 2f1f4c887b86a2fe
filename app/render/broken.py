"""A default branch that is broken, in Block Kit: what fails, since when, by which commit."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from app.core.evidence import Evidence
from app.core.publishing import ChatMessage
from app.render import escape, words
from app.render.blocks import Block, context, linked, section
from app.render.words import broken as said

RED, GREEN = ":red_circle:", ":large_green_circle:"
ENOUGH_TEXT = 5_000  # characters after which no other commit is named; Slack takes 12 000 in all
NAMED_OF_GROUP = 8  # cases
SENTENCE = 300  # characters of a sentence about a commit
SINCE = 120  # of one about a case
SHA = re.compile(r"[0-9a-f]{7,64}")
GROUP_TEXT = 1_200  # characters of a group's cases


@dataclass(frozen=True, slots=True)
class BrokenLine:
    """One case that the default branch fails, or failed."""

    name: str  # raw
    url: str | None
    since: str | None  # a sentence of ours
    culprit: Evidence | None  # who may have broken it
    is_broken: bool
    was_held: bool  # until it broke


@dataclass(frozen=True, slots=True)
class BrokenView:
    """A broken branch as a channel sees it."""

    repo: str
    branch: str  # raw
    lines: tuple[BrokenLine, ...]
    page_url: str | None
    code_url: str  # of the repository on its host
    is_over: bool

    @property
    def title(self) -> str:
        """What the thread is called, plain."""
        if self.is_over:
            return said.is_mended(self.branch)
        return said.is_broken(self.branch, sum(one.is_broken for one in self.lines))


def broken_message(view: BrokenView, handle: str) -> ChatMessage:
    """The root of the thread; people are named and never called."""
    mark = GREEN if view.is_over else RED
    title = f"*{escape.slack(view.repo)}*: {mark} {_said(view.title)}"
    blocks: list[Block] = [section(title)]
    groups, used = _groups(view.lines), 0
    while groups and used < ENOUGH_TEXT:
        group = _group(view, groups.pop(0))
        used += _size(group)
        blocks += group
    if groups:
        blocks.append(context(words.and_more(sum(map(len, groups)))))
    mended = [one for one in view.lines if not one.is_broken]
    if mended:
        blocks.append(section(_listed(f"*{said.passes_again()}*", mended)))
    if view.page_url:
        blocks.append(context(f"<{view.page_url}|All that is known of it>"))
    return ChatMessage(text=title, blocks=tuple(blocks), handle=handle, is_urgent=not view.is_over)


def branch_of(branch: str, repo: str) -> str:
    """What a reply is about, for those who see no thread."""
    return f"{escape.slack(branch)} of {escape.slack(repo)}"


def _groups(lines: Sequence[BrokenLine]) -> list[list[BrokenLine]]:
    """Those that are broken, by the commit that most likely broke them; unknown ones last."""
    found: dict[str, list[BrokenLine]] = {}
    for one in lines:
        if one.is_broken:
            commit = str(one.culprit.facts["commit"]) if one.culprit else ""
            found.setdefault(commit, []).append(one)
    unknown = found.pop("", [])
    return [*found.values(), *([unknown] if unknown else [])]


def _group(view: BrokenView, lines: Sequence[BrokenLine]) -> list[Block]:
    culprit = lines[0].culprit
    sentence = words.evidence_sentence(culprit) if culprit else said.no_culprit()
    blocks = [section(_listed(f"*{_said(sentence)}*", lines))]
    links = _links(view, culprit) if culprit else []
    return [*blocks, context(" · ".join(links))] if links else blocks


def _listed(head: str, lines: Sequence[BrokenLine]) -> str:
    """Cases below a head, as many as fit, and truthfully how many more."""
    shown: list[str] = []
    for one in lines[:NAMED_OF_GROUP]:
        line = _line(one)
        if shown and sum(map(len, shown)) + len(line) > GROUP_TEXT:
            break
        shown.append(line)
    more = len(lines) - len(shown)
    return "\n".join([head, *shown, *([f"• {words.and_more(more)}"] if more else [])])


def _size(blocks: Sequence[Block]) -> int:
    """How many characters of text these blocks hold, about: each is a section or a context."""
    return sum(len(str(one.get("text") or one.get("elements"))) for one in blocks)


def _line(one: BrokenLine) -> str:
    told = [one.since or "", said.left_quarantine(1) if one.was_held else ""]
    facts = " ".join(escape.slack(part, limit=SINCE) for part in told if part)
    loud = f"• {linked(one.name, one.url)}"
    return f"{loud}: {facts}" if facts else loud


def _links(view: BrokenView, culprit: Evidence) -> list[str]:
    facts = (str(culprit.facts.get(name)) for name in ("commit", "passed", "since"))
    commit, passed, since = (fact if SHA.fullmatch(fact) else None for fact in facts)
    found = []
    if commit:
        found.append((f"{view.code_url}/commit/{commit}", said.the_commit(words.short(commit))))
    if passed and since:
        found.append((f"{view.code_url}/compare/{passed}...{since}", said.all_commits()))
    return [f"<{url}|{escape.slack(label)}>" for url, label in found if escape.is_web_link(url)]


def _said(sentence: str) -> str:
    return escape.slack(sentence, limit=SENTENCE)
