"""An issue about flaky cases, in GitHub's markdown: what they are, why, and how they did."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from app.core.decide import State
from app.core.issues import About
from app.core.publishing import ISSUE_BODY_LIMIT
from app.render import escape, words
from app.render.words import issues as said

BARS = "▁▂▃▄▅▆▇█"
NOTHING_RAN = "·"
LISTED = 50  # cases of one issue that are named
DETAILED = 10  # of these, with all that is known


@dataclass(frozen=True, slots=True)
class Day:
    """What a case did on one day."""

    runs: int  # executions, skipped ones left out
    failures: int


@dataclass(frozen=True, slots=True)
class FailureLine:
    """One failure, its words finished."""

    at: str
    where: str  # raw: a branch, or the pull request
    where_url: str | None
    commit: str
    commit_url: str
    job: str  # raw
    job_url: str
    held_to_be: str


@dataclass(frozen=True, slots=True)
class IssueCase:
    """One case of an issue."""

    name: str  # raw
    place: str | None  # raw: its file, with the line where it is known
    place_url: str | None
    page_url: str | None
    state: State
    score: str
    rate: str | None
    owner: str  # raw
    decision: str | None  # in raw words of ours
    sentences: tuple[str, ...]
    commits: tuple[tuple[str, str], ...]  # as they are named in the sentences, with their links
    days: tuple[Day, ...]  # oldest first
    failures: tuple[FailureLine, ...]  # newest first


@dataclass(frozen=True, slots=True)
class IssueView:
    """All that an issue says."""

    about: About
    called: str  # raw: the case, its file, or what the cluster says
    cases: tuple[IssueCase, ...]
    remarks: tuple[str, ...] = ()  # above all else, in words of ours

    @property
    def gist(self) -> tuple[object, ...]:
        """What matters in it: where this is the same, saying it anew can wait."""
        return tuple((one.name, one.state, one.owner, one.decision) for one in self.cases)


def title(view: IssueView) -> str:
    """The title, on one line; GitHub takes 255 characters."""
    match view.about:
        case About.CASE:
            return said.title_of_case(view.called)
        case About.FILE:
            return said.title_of_file(view.called)
        case About.CLUSTER:
            return said.title_of_cluster(view.called)


def body(view: IssueView, marker: str) -> str:
    """The whole text; `marker` finds it again and is hidden from readers."""
    parts = [marker, *(f"> {escape.markdown(one, limit=500)}" for one in view.remarks)]
    parts += _one(view.cases[0]) if view.about is About.CASE and view.cases else _several(view)
    last = [said.how_it_ends(), f"<sub>{said.kept_up_to_date()}</sub>"]
    return _within(parts, last)


def remark(text: str, marker: str, *, mention: str | None) -> str:
    """A comment below it; `mention`, a checked @login or @organisation/team, hears of it."""
    whom = f"{mention}: " if mention else ""
    return f"{marker}\n{whom}{escape.markdown(text, limit=1_000)}"


def sparkline(days: Sequence[Day]) -> str:
    """A column a day: the taller, the larger the share that failed, the largest the tallest."""
    most = max((one.failures / one.runs for one in days if one.runs), default=0.0)
    return "".join(_bar(one, most) for one in days)


def _bar(one: Day, most: float) -> str:
    if not one.runs:
        return NOTHING_RAN
    if not one.failures:
        return BARS[0]
    height = one.failures / one.runs / most * (len(BARS) - 1)
    return BARS[max(1, round(height))]


def _one(case: IssueCase) -> list[str]:
    return [said.about_case(case.state), *_details(case)]


def _several(view: IssueView) -> list[str]:
    """A table of all of them, then each with its details, folded."""
    parts = [said.about_several(len(view.cases)), "\n".join(_table(view.cases[:LISTED]))]
    if len(view.cases) > LISTED:
        parts.append(f"And {len(view.cases) - LISTED} more.")
    for case in view.cases[:DETAILED]:
        summary = f"<details><summary>{escape.html(case.name)}</summary>\n"
        parts.append("\n\n".join([summary, *_details(case), "</details>"]))
    return parts


def _table(cases: Sequence[IssueCase]) -> Iterator[str]:
    yield "| Test | Is | Last 30 days | Owner |"
    yield "| --- | --- | --- | --- |"
    for one in cases:
        held = escape.markdown(one.decision or words.STATE_WORDS[one.state], limit=200)
        name = _name(one).replace("|", "\\|")  # it would end the cell, within code too
        yield f"| {name} | {held} | `{sparkline(one.days)}` | {_owner(one)} |"


def _details(case: IssueCase) -> list[str]:
    parts = ["\n".join(_facts(case))]
    if case.sentences:
        reasons = "\n".join(f"- {_linked(one, case.commits)}" for one in case.sentences)
        parts.append(f"**Why we think so**\n\n{reasons}")
    parts.append(_history(case))
    if case.failures:
        parts.append("\n".join(_failures(case.failures)))
    return parts


def _facts(case: IssueCase) -> Iterable[str]:
    yield f"**{_name(case)}**"
    if case.place:
        shown = escape.code(case.place)
        yield f"- In {f'[{shown}]({case.place_url})' if case.place_url else shown}"
    state = f"{words.STATE_WORDS[case.state]}, with probability {case.score}"
    yield f"- Held to be {state}" + (
        f"; fails in {case.rate} of its executions" if case.rate else ""
    )
    yield f"- Owned by {_owner(case)}"
    if case.decision:
        yield f"- **{escape.markdown(case.decision, limit=300)}**"


def _history(case: IssueCase) -> str:
    runs, failures = sum(d.runs for d in case.days), sum(d.failures for d in case.days)
    sentence = said.history_said(failures, runs, len(case.days))
    return f"**How it did**\n\n`{sparkline(case.days)}`\n\n{sentence}"


def _failures(failures: Sequence[FailureLine]) -> Iterator[str]:
    yield "| Failed | Where | Commit | Job | Held to be |"
    yield "| --- | --- | --- | --- | --- |"
    for one in failures:
        where = escape.markdown(one.where, limit=80)
        place = f"[{where}]({one.where_url})" if one.where_url else where
        job = escape.markdown(one.job, limit=80)
        linked = f"[{job}]({one.job_url})" if escape.is_web_link(one.job_url) else job
        commit = f"[{one.commit}]({one.commit_url})"
        yield f"| {one.at} | {place} | {commit} | {linked} | {one.held_to_be} |"


def _name(case: IssueCase) -> str:
    name = escape.code(case.name)
    return f"[{name}]({case.page_url})" if case.page_url else name


def _owner(case: IssueCase) -> str:
    return escape.markdown(case.owner, limit=100)


def _linked(sentence: str, commits: Sequence[tuple[str, str]]) -> str:
    """A sentence with the commits that it names as links; a short sha needs no escape."""
    text = escape.markdown(sentence, limit=500)
    for name, url in commits:
        before, found, after = text.partition(name)
        text = f"{before}[{name}]({url}){after}" if found else text
    return text


def _within(parts: Sequence[str], last: Sequence[str]) -> str:
    """The parts that fit, whole, then the last ones; counts bytes, which are no fewer."""
    left = ISSUE_BODY_LIMIT - sum(len(one.encode()) + 2 for one in last)
    kept = []
    for part in parts:
        left -= len(part.encode()) + 2
        if left < 0:
            break
        kept.append(part)
    return "\n\n".join([*kept, *last])
