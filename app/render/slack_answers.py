"""What commands answer, as text and blocks; names are escaped, links lead to our pages alone."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from app.core.alike import ClusterLine
from app.core.decide import State
from app.core.evidence import Evidence
from app.core.pages import CaseLine, FailureText, RepositoryLine, RunLine
from app.core.quarantine import Quarantine
from app.render import escape, words
from app.render.blocks import Block, context, fields, header, linked, listed, section
from app.render.names import case_title
from app.render.words import clusters as words_clusters
from app.render.words import decisions as words_decisions
from app.render.words import slack as said
from app.render.words.slack_windows import silent_until

Told = tuple[str, tuple[Block, ...]]

MESSAGE = 700  # characters of a failure's message
OWNERS, OWNER = 2, 60  # that a line of a list names, and characters of each
SENTENCE = 600  # characters of a sentence of ours, with names in it
MARKS = {
    State.FLAKY.value: ":large_yellow_circle:",
    State.BROKEN.value: ":red_circle:",
    State.SUSPECT.value: ":white_circle:",
    State.HEALTHY.value: ":large_green_circle:",
}
CONCLUSIONS = {
    "success": ":large_green_circle:",
    "failure": ":red_circle:",
    "timed_out": ":red_circle:",
}


class PageOf(Protocol):
    """The address of a page of ours; None where we have none."""

    def __call__(self, repository: str, path: str = "") -> str | None:
        """`path` begins with a slash."""


@dataclass(frozen=True, slots=True)
class Standing:
    """A repository with its worst cases."""

    line: RepositoryLine
    worst: Sequence[CaseLine]


@dataclass(frozen=True, slots=True)
class CaseTold:
    """One case with all that is held and was decided; `held` None when it never failed."""

    repository: str
    name: str  # raw
    file: str | None
    held: CaseLine | None
    decision: Quarantine | None
    owner: str | None
    muted_until: datetime | None
    last_failure: FailureText | None
    url: str | None


def status(found: Sequence[Standing], *, page_of: PageOf) -> Told:
    """Counts and the worst cases of each repository."""
    blocks: list[Block] = []
    budget = 9_000 // max(1, len(found))
    for one in found:
        line, counts = one.line, one.line.counts
        blocks.append(section(f"*{linked(line.full_name, page_of(line.full_name))}*"))
        last = words.minute(line.last_run_at) if line.last_run_at else "never"
        figures = {
            "Flaky": str(counts.flaky),
            "Broken": str(counts.broken),
            "Suspect": str(counts.suspect),
            "Quarantined": str(counts.quarantined),
            "Last run": last,
        }
        blocks.append(fields(figures))
        blocks += listed([case_line(case, page_of) for case in one.worst], budget=budget)
    text = "; ".join(said.standing(one.line.full_name, one.line.counts) for one in found)
    return escape.slack(text, limit=SENTENCE), tuple(blocks[:48])


def top(names: Sequence[str], worst: Sequence[CaseLine], *, page_of: PageOf) -> Told:
    """The worst cases, in order."""
    if not worst:
        return _only(said.nothing_flaky(list(names)))
    many = len(names) > 1
    lines = [
        f"{place}. {case_line(line, page_of, with_repository=many)}"
        for place, line in enumerate(worst, 1)
    ]
    title = said.flakiest(list(names))
    return escape.slack(title, limit=SENTENCE), (header(escape.plain(title)), *listed(lines))


def case(told: CaseTold, *, now: datetime) -> Told:
    """What is held of one case, why, what was decided, and what it said last."""
    title = f"*{linked(told.name, told.url)}* in {escape.slack(told.repository)}"
    blocks = [section(title + (f"\n{escape.slack(told.file)}" if told.file else ""))]
    if told.held is None:
        blocks.append(section(escape.slack(said.never_failed())))
        return escape.slack(f"{told.name}: {said.never_failed()}", limit=SENTENCE), tuple(blocks)
    blocks.append(fields(figures_of(told.held)))
    if sentences := evidence_of(told.held.evidence):
        blocks.append(section("\n".join(f"• {one}" for one in sentences)))
    decided = _decided(told, now=now)
    blocks += [section(f"*{escape.slack(one, limit=SENTENCE)}*") for one in decided]
    if told.last_failure is not None:
        blocks.append(section(failure_said(told.last_failure)))
    text = f"{told.name} is {words.STATE_WORDS[State(told.held.state)]}"
    return escape.slack(text, limit=SENTENCE), tuple(blocks)


def runs(repository: str, found: Sequence[RunLine]) -> Told:
    """The newest runs, a line each."""
    if not found:
        return _only(said.no_runs(repository))
    lines = [_run(one) for one in found]
    title = said.newest_runs(repository)
    return escape.slack(title), (header(escape.plain(title)), *listed(lines))


def clusters(repository: str, found: Sequence[ClusterLine], *, page_of: PageOf) -> Told:
    """What fails alike, a line each."""
    if not found:
        return _only(said.no_clusters(repository))
    lines = []
    for one in found:
        spread = words_clusters.cluster_spread(
            failures=one.failures, cases=one.cases, jobs=one.jobs
        )
        url = page_of(repository, f"/clusters/{one.cluster_id}")
        lines.append(f"• {linked(one.title, url)}: {spread}, last {words.day(one.last_seen_at)}")
    title = said.fails_alike(repository)
    return escape.slack(title), (header(escape.plain(title)), *listed(lines))


def proposals(found: Sequence[CaseLine], *, page_of: PageOf) -> Told:
    """What waits for a decision, a line each."""
    if not found:
        return _only(said.nothing_proposed())
    lines = [f"• {case_line(one, page_of, with_repository=True)}" for one in found]
    title = said.proposed(len(found))
    return title, (header(title), *listed(lines))


def mine(login: str, found: Sequence[CaseLine], *, page_of: PageOf) -> Told:
    """Somebody's own cases, a line each."""
    if not found:
        return _only(said.nothing_owned(login))
    lines = [f"• {case_line(one, page_of, with_repository=True, is_own=True)}" for one in found]
    title = said.yours(login, len(found))
    return escape.slack(title), (header(escape.plain(title)), *listed(lines))


def help_text() -> Told:
    """Every command with what it is for."""
    blocks: list[Block] = [header("/flakeguard")]
    for title, commands in said.HELP.items():
        lines = [f"`{escape_code(typed)}` {what}" for typed, what in commands.items()]
        blocks.append(section(f"*{title}*\n" + "\n".join(lines)))
    blocks.append(context(escape.slack(said.help_note(), limit=SENTENCE)))
    return "/flakeguard: " + ", ".join(
        typed.split(" ", 1)[0] for commands in said.HELP.values() for typed in commands
    ), tuple(blocks)


def case_line(
    line: CaseLine, page_of: PageOf, *, with_repository: bool = False, is_own: bool = False
) -> str:
    """A case in a list: its mark, name, score, rate with interval, what was decided, and owners.

    `is_own` in a list of one owner's cases, where each line need not say so again.
    """
    url = page_of(line.repository, f"/cases/{line.case_id}")
    where = f" in {escape.slack(line.repository)}" if with_repository else ""
    rate = words.rate_with_interval(line.rate, line.rate_low, line.rate_high)
    held = ", quarantined" if line.quarantine and line.quarantine.state in HELD else ""
    return (
        f"{MARKS.get(line.state, '')} {linked(case_title(line.name), url)}{where}: "
        f"{escape.slack(words.probability(line.score))}, fails in {escape.slack(rate)}{held}"
        f"{_owned(() if is_own else line.name.owners)}"
    )


def _owned(owners: Sequence[str]) -> str:
    """Whose a case is; a line of a list has room for a few."""
    if not owners:
        return ""
    more = " and others" if len(owners) > OWNERS else ""
    named = ", ".join(escape.slack(one, limit=OWNER) for one in owners[:OWNERS])
    return f", owned by {named}{more}"


def figures_of(line: CaseLine) -> dict[str, str]:
    """A case's state, score with rate and interval, and when it flaked last."""
    rate = words.rate_with_interval(line.rate, line.rate_low, line.rate_high)
    return {
        "State": words.STATE_WORDS[State(line.state)],
        "Flaky with probability": escape.slack(words.probability(line.score)),
        "Fails in": f"{escape.slack(rate)} of {words.counted(line.runs, 'execution')}",
        "Last flake": words.minute(line.last_flake_at) if line.last_flake_at else "never",
    }


def evidence_of(stored: Sequence[Mapping[str, Any]]) -> list[str]:
    """Evidence as sentences; a kind that this version does not know is left out."""
    told = []
    for one in stored[:10]:
        try:
            sentence = words.evidence_sentence(Evidence.from_json(one))
        except (ValueError, KeyError):
            continue
        told.append(escape.slack(sentence, limit=250))
    return told


def failure_said(failure: FailureText) -> str:
    """What a failure said, as a quotation."""
    shown = escape.slack(f"{failure.type}: {failure.message}", limit=MESSAGE)
    return f"Last failure, {words.minute(failure.at)}:\n>{shown}"


def escape_code(text: str) -> str:
    """Our own text within a code span."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


HELD = frozenset({"active", "fix_pending"})


def _decided(told: CaseTold, *, now: datetime) -> list[str]:
    found = []
    if told.decision is not None:
        found.append(words_decisions.stands(told.decision, now=now))
    if told.owner is not None:
        found.append(said.owned(told.owner))
    if told.muted_until is not None and told.muted_until > now:
        found.append(silent_until(told.muted_until))
    return found


def _run(one: RunLine) -> str:
    mark = CONCLUSIONS.get(one.conclusion or "", ":white_circle:")
    where = f"#{one.pr_number}" if one.pr_number is not None else one.branch
    name = f"{one.workflow} {words.short(one.head_sha)} on {where}"
    counts = f"{words.counted(one.cases, 'case')}, {one.failing} failing"
    return f"{mark} {linked(name, one.url)}, {words.minute(one.started_at)}: {counts}"


def _only(sentence: str) -> Told:
    shown = escape.slack(sentence, limit=SENTENCE)
    return shown, (section(shown),)
