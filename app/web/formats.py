"""How times, figures and names look on a page."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from markupsafe import Markup, escape

from app.core.evidence import Evidence
from app.core.pages import CaseLine, CaseName, Cursor, Decision, QuarantineLine, Sighting
from app.core.proof import Progress
from app.core.quarantine import Quarantine, QuarantineEvent, QuarantineState
from app.render import words
from app.render.escape import lines, plain
from app.render.names import case_title
from app.render.words import decisions as words_decisions

SENTENCE_LIMIT = 400  # characters; ours are far shorter, a branch's name in one may not be
FULL_NAME_LIMIT = 20_000  # characters of a name on its own page
TEXT_LIMIT = 20_000  # characters of a failure's text
DAYS_IN_WORDS = 60  # older than this, a date says more than a number of days
MILLISECONDS = 1000  # in a second
KILOBYTE = 1024  # bytes
BRANCH_LIMIT = 60  # characters of a branch's name in a table
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROS_DIGITS = 17  # of a moment before the year 5138, in microseconds
SMALLINT_MAX = 32_767  # PostgreSQL's

CLASS = re.compile(r"[a-z_]{1,30}")
ACTS = {
    "quarantine": "quarantined it",
    "dismiss": "said that it is not flaky",
    "propose": "proposed it for quarantine",
    "decline": "declined to quarantine it",
    "renew": "renewed its quarantine",
    "release": "released it from quarantine",
    "reopen": "reopened its quarantine",
    "own": "named its owner",
    "mute": "muted it",
    "unmute": "let it be heard again",
    "mark_stable": "marked it as stable",
    "open_issue": "had an issue opened about it",
    "rerun": "had the failed jobs run again",
    "rerun_case": "asked for re-runs",
    "undo": "took the last decision back",
    "found_broken": "found it broken, which it had called flaky",
    "turned_broken": "ended its quarantine, because it turned broken",
    "exempted": "ended its quarantine, because the policy exempts it",
    "time_is_up": "ended its quarantine, because its time was up",
    "fix_claimed": "noted a claimed fix",
    "flaked": "noted that it flaked again",
    "proven": "found it healed",
}
SOURCES = {
    "artifact": "GitHub artifact",
    "api": "handed in",
    "junit": "handed in by an old client",
}
SURFACES = {
    "check": "on the check run",
    "issue": "on its issue",
    "slack": "in Slack",
    "page": "on these pages",
    "cli": "on the command line",
    "api": "through the API",
    "worker": "after a run",
    "cron": "by the clock",
}
QUARANTINES = {
    QuarantineState.PROPOSED: "Quarantine proposed by {by}, {since}.",
    QuarantineState.ACTIVE: "Quarantined by {by} since {since}.",
    QuarantineState.FIX_PENDING: "Quarantined by {by}; a fix is claimed since {since}.",
    QuarantineState.EXPIRED: "Quarantined by {by}; that ended {end}.",
    QuarantineState.DISMISSED: "Quarantine ended by {by}, {since}.",
    QuarantineState.RESOLVED: "Quarantined by {by}; the fix was proven {since}.",
}


def title_of(name: CaseName) -> str:
    """What a case is called: class and name with its parameters, as on every surface."""
    return case_title(name)


def place_of(name: CaseName) -> str:
    """Where a case lives: its suite, and its file and line."""
    parts = [name.suite] if name.suite else []
    if name.file:
        parts.append(f"{name.file}:{name.line}" if name.line else name.file)
    return " \u203a ".join(plain(part) for part in parts)


def full_name(name: CaseName) -> str:
    """A whole name, harmless, for where there is room."""
    return plain(title_of(name), limit=FULL_NAME_LIMIT)


def failure_text(text: str) -> str:
    """A failure's message or trace, harmless, line by line."""
    return lines(text, limit=TEXT_LIMIT)


def sentences(stored: tuple[Mapping[str, Any], ...], *, commits: str = "") -> list[Markup]:
    """Evidence as sentences; a kind that this version does not know is left out.

    With `commits`, the address before a commit's sha, the commits that they name are links.
    """
    said = []
    for one in stored:
        try:
            reason = Evidence.from_json(one)
            sentence = words.evidence_sentence(reason)
        except (ValueError, KeyError):
            continue
        named = words.named_commits([reason]) if commits else {}
        said.append(_linked(plain(sentence, limit=SENTENCE_LIMIT), named, commits))
    return said


def _linked(sentence: str, named: Mapping[str, str], commits: str) -> Markup:
    """A sentence with the commits that it names as links."""
    if not named:
        return escape(sentence)
    names = rf"\b({'|'.join(named)})\b"
    pieces = re.split(names, sentence)
    return Markup().join(
        Markup('<a href="{}">{}</a>').format(f"{commits}{named[one]}", one) if at % 2 else one
        for at, one in enumerate(pieces)
    )


def rate_of(line: CaseLine) -> str:
    """How often a case fails, never without its interval."""
    return words.rate_with_interval(line.rate, line.rate_low, line.rate_high)


def score_of(line: CaseLine) -> str:
    """The probability that a case is flaky, with two digits and never as a certainty."""
    return words.probability(line.score)


def quarantine_of(line: QuarantineLine, *, now: datetime) -> str:
    """Who decided what about a case, and until when; in the words of every other surface."""
    by = plain(line.decided_by)
    state = QuarantineState(line.state)
    if state in {QuarantineState.ACTIVE, QuarantineState.FIX_PENDING} and line.until:
        if line.until > now:
            return words.quarantined_by(by, line.until)
        state = QuarantineState.EXPIRED
    if state is QuarantineState.DISMISSED and line.event == QuarantineEvent.NOT_FLAKY:
        return words.dismissed_by(by)
    if state is QuarantineState.DISMISSED and line.event == QuarantineEvent.RELEASED:
        return words_decisions.released_by(by)
    if state is QuarantineState.DISMISSED and line.event == QuarantineEvent.REFUSED:
        return words_decisions.declined_by(by)
    since, end = words.day(line.since), words.day(line.until or line.since)
    return QUARANTINES[state].format(by=by, since=since, end=end)


def terms_of(quarantine: Quarantine) -> str:
    """Whose a quarantine is, and how far its proof has come."""
    owner = words_decisions.owner_shown(quarantine.owner, is_guess=quarantine.owner_is_guess)
    progress = Progress(quarantine.clean_runs, quarantine.clean_needed)
    said = words_decisions.proof_progress(progress)
    return f"Owner: {plain(owner)}. Proof: {said}."


def decision_of(decision: Decision) -> str:
    """What somebody did, and where."""
    act = ACTS.get(decision.act, decision.act.replace("_", " "))
    where = SURFACES.get(decision.surface, f"by {decision.surface}")
    return f"{plain(act)} {plain(where)}"


def css_class(word: str) -> str:
    """A word as a class of the style sheet; empty when it could be anything else."""
    return word if CLASS.fullmatch(word) else ""


def ago(moment: datetime, *, now: datetime) -> str:
    """How long ago a moment was, in the unit that a person would use."""
    age = now - moment
    if age < timedelta(minutes=1):
        return "just now" if age > -timedelta(minutes=1) else words.day(moment)
    if age < timedelta(hours=1):
        return f"{age // timedelta(minutes=1)} min ago"
    if age < timedelta(days=1):
        return f"{age // timedelta(hours=1)} h ago"
    if age < timedelta(days=DAYS_IN_WORDS):
        return f"{words.counted(age.days, 'day')} ago"
    return words.day(moment)


def duration(milliseconds: int | None) -> str:
    """How long an execution took; empty when the report did not say."""
    if milliseconds is None:
        return ""
    if milliseconds < MILLISECONDS:
        return f"{milliseconds} ms"
    return f"{milliseconds / MILLISECONDS:.1f} s"


def size_of(count: int) -> str:
    """A number of bytes, in the unit that a person would use."""
    if count < KILOBYTE:
        return words.counted(count, "byte")
    if count < KILOBYTE**2:
        return f"{count / KILOBYTE:.0f} kB"
    return f"{count / KILOBYTE**2:.1f} MB"


def source_of(source: str) -> str:
    """The way a report came."""
    return SOURCES.get(source, source)


def where_run(sighting: Sighting) -> str:
    """The pull request or branch that an execution belongs to."""
    if sighting.pr_number is not None:
        return f"#{sighting.pr_number}"
    return plain(sighting.branch, limit=BRANCH_LIMIT)


def cursor_text(cursor: Cursor) -> str:
    """A place in a timeline, for a link."""
    micros = (cursor.at - EPOCH) // timedelta(microseconds=1)
    return f"{micros}.{cursor.report_id}.{cursor.nth}"


def cursor_from(text: str) -> Cursor | None:
    """What `cursor_text` wrote; None for anything else, which is the newest page."""
    parts = text.split(".")
    if len(parts) != len(("at", "report_id", "nth")) or not all(
        part.isascii() and part.isdecimal() and len(part) <= MICROS_DIGITS for part in parts
    ):
        return None
    micros, report_id, nth = (int(part) for part in parts)
    if nth > SMALLINT_MAX:
        return None
    return Cursor(EPOCH + timedelta(microseconds=micros), report_id, nth)


def bars(counts: tuple[int, ...], *, height: int) -> list[tuple[int, int]]:
    """A trend as bars: each one's top and height in pixels; what happened at all can be seen."""
    most = max(counts, default=0)
    tall = [max(2, round(height * n / most)) if n else 0 for n in counts]
    return [(height - one, one) for one in tall]
