"""From what was found to one view of it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from urllib.parse import quote
from uuid import UUID

from app.core.answers import Answer
from app.core.categories import Category
from app.core.decide import Cause, Finding
from app.core.naming import KnownCase
from app.core.outages import Reach
from app.core.pages import Alike
from app.core.policy.names import CheckConclusion
from app.core.publishing import CheckStatus
from app.core.runs import Job, RedRun
from app.render import escape, words
from app.render.offers import offers
from app.render.view import CaseLine, Conclusion, JobLine, Note, RunView
from app.render.words import check as words_check
from app.render.words import clusters as words_clusters
from app.render.words import decisions as words_decisions
from app.render.words import outages as words_outages


@dataclass(frozen=True, slots=True)
class FailedCase:
    """A case that failed on the head commit, with what was found."""

    case_id: UUID
    name: str
    file: str | None
    line: int | None
    message: str | None
    variant: str
    job_id: int | None  # of the last attempt that failed
    job_name: str | None
    job_url: str | None
    finding: Finding
    passed_in_the_end: bool  # a later attempt, or a retry, of the same code passed
    decision: str | None  # the sentence of a decision in force
    is_quarantined: bool = False
    exempt_on: str | None = None  # the branch, where the policy calls its failures real there
    alike: Alike | None = None  # the cluster of its failure
    outage: Reach | None = None  # the event that it is part of
    is_unshared: bool = False  # it looks like an outage, and no other change shows it
    called: str | None = None  # what a command calls it
    is_held_flaky: bool = False  # the case itself, whatever this failure is
    has_issue: bool = False
    alone: str | None = None  # the shell command that runs it alone


@dataclass(frozen=True, slots=True)
class JobFacts:
    """A job of the newest attempt, with its reports' state."""

    job: Job
    has_report: bool


@dataclass(frozen=True, slots=True)
class RunFacts:
    """All that a view is made of."""

    repo: str
    default_branch: str
    head_sha: str
    on_default_branch: bool
    jobs: tuple[JobFacts, ...]
    cases: tuple[FailedCase, ...]
    passed: int
    warnings: tuple[str, ...]
    refusals: tuple[tuple[str, str], ...]  # (path, reason)
    server_url: str
    public_url: str | None
    partial: tuple[str, ...] = ()  # paths of reports that end early or are damaged
    gaps: tuple[JobLine, ...] = ()  # what else is unexplained, beside red jobs
    waiting_for: tuple[str, ...] = ()  # workflows whose runs have not ended
    is_started: bool = True  # one of those has begun, or another has ended
    ending: tuple[str, str] | None = None  # title and sentence where nothing was tested
    check: CheckConclusion = CheckConclusion.NEUTRAL
    runs_seen: int | None = None  # judged ones of the default branch; None: enough
    red_runs: tuple[RedRun, ...] = ()  # that could run again
    answers: tuple[Answer, ...] = ()
    mended: tuple[KnownCase, ...] = ()  # that passed with a change that may be their fix
    hears_clicks: bool = True  # a button that is pressed comes to us
    is_in_pull_request: bool = False  # where people can answer with commands


def run_view(facts: RunFacts) -> RunView:
    """Sort what was found into what needs a person and what does not."""
    cases = sorted(facts.cases, key=_worst_first)
    rescued = tuple(_line(case, facts) for case in cases if case.passed_in_the_end)
    failing = [_line(case, facts) for case in cases if not case.passed_in_the_end]
    needs_you = tuple(line for line in failing if _needs_you(line, facts))
    excused = [line for line in failing if not _needs_you(line, facts)]
    broken = tuple(line for line in excused if line.cause is Cause.BROKEN)
    flaky = tuple(line for line in excused if line.cause is not Cause.BROKEN)
    unexplained = _unexplained(facts, needs_you=needs_you, excused=(*flaky, *broken))
    jobs = (*unexplained, *facts.gaps)
    waiting = len(needs_you) + len(jobs)
    is_untested = facts.ending is not None and not (failing or jobs or rescued)
    view = RunView(
        repo=facts.repo,
        head_sha=facts.head_sha,
        branch=facts.default_branch,
        title=_title(facts, waiting, flaky, broken, rescued),
        conclusion=Conclusion.NEUTRAL
        if is_untested
        else concluded(facts.check, needs_somebody=waiting > 0, is_red=bool(failing or jobs)),
        needs_you=needs_you,
        jobs=jobs,
        flaky=flaky,
        broken=broken,
        rescued=rescued,
        passed=facts.passed,
        warnings=(*_little_history(facts, is_red=bool(failing or jobs)), *facts.warnings),
        page_url=_page(facts),
        answers=facts.answers,
        mended=() if facts.waiting_for else facts.mended,
        has_buttons=facts.hears_clicks,
        has_commands=facts.is_in_pull_request and not facts.hears_clicks,
    )
    if facts.hears_clicks:
        view = replace(view, offers=offers(view, facts.red_runs))
    return _in_time(view, facts, is_untested=is_untested)


def _title(
    facts: RunFacts,
    waiting: int,
    flaky: Sequence[CaseLine],
    broken: Sequence[CaseLine],
    rescued: Sequence[CaseLine],
) -> str:
    return words.check_title(
        needs_you=waiting,
        flaky=len(flaky),
        broken=len(broken),
        branch=facts.default_branch,
        passed=facts.passed,
        rescued=len(rescued),
    )


def concluded(wanted: CheckConclusion, *, needs_somebody: bool, is_red: bool) -> Conclusion:
    """How the check run ends; never as a success while something is unexplained."""
    if not is_red:
        return Conclusion.SUCCESS
    if wanted is CheckConclusion.NEUTRAL:
        return Conclusion.NEUTRAL
    return Conclusion.FAILURE if needs_somebody else Conclusion.SUCCESS


def _in_time(view: RunView, facts: RunFacts, *, is_untested: bool) -> RunView:
    """The view as it stands before every run has ended, or where none brought anything."""
    if facts.waiting_for:
        status = CheckStatus.IN_PROGRESS if facts.is_started else CheckStatus.QUEUED
        so_far = None if view.is_green and not view.rescued else view.title
        title = words_check.waiting_title(
            facts.waiting_for, is_started=facts.is_started, so_far=so_far
        )
        sentence = words_check.waiting(facts.waiting_for)
        return replace(view, status=status, title=title, ending=sentence)
    if is_untested and facts.ending is not None:
        title, sentence = facts.ending
        return replace(view, title=title, ending=sentence)
    return view


def _little_history(facts: RunFacts, *, is_red: bool) -> tuple[str, ...]:
    """How much of a judgement there can be; a green commit asks for none."""
    if facts.runs_seen is None or not is_red:
        return ()
    return (words_check.little_history(facts.runs_seen, facts.default_branch),)


def _worst_first(case: FailedCase) -> tuple[float, str, str]:
    return (case.finding.p_flaky, case.file or "", case.name)


def _needs_you(line: CaseLine, facts: RunFacts) -> bool:
    """On the default branch a break is everybody's; elsewhere it is not this change's."""
    return line.needs_you or (facts.on_default_branch and line.cause is Cause.BROKEN)


def _line(case: FailedCase, facts: RunFacts) -> CaseLine:
    return CaseLine(
        case_id=case.case_id,
        name=case.name,
        cause=case.finding.cause,
        p_flaky=case.finding.p_flaky,
        sentences=words.evidence_sentences(case.finding.evidence),
        commits=tuple(
            (name, f"{facts.server_url}/{facts.repo}/commit/{sha}")
            for name, sha in words.named_commits(case.finding.evidence).items()
        ),
        message=case.message,
        job=case.job_name or case.variant,
        job_url=case.job_url or f"{facts.server_url}/{facts.repo}/actions",
        file=case.file,
        line=case.line,
        file_url=_file_url(case, facts),
        page_url=_page(facts, f"/cases/{case.case_id}"),
        decision=case.decision,
        is_quarantined=case.is_quarantined,
        is_exempt=case.exempt_on is not None,
        is_unshared=case.is_unshared,
        called=case.called,
        alone=case.alone,
        has_issue=case.has_issue,
        is_held_flaky=case.is_held_flaky,
        notes=tuple(_notes(case, facts)),
    )


def _notes(case: FailedCase, facts: RunFacts) -> Iterator[Note]:
    """Why it blocks all the same, what it is part of, which trouble it names, who fails alike."""
    if case.exempt_on and (case.is_quarantined or case.finding.cause is Cause.FLAKY):
        yield Note(words_decisions.exempt_on(case.exempt_on), None)
    if case.is_unshared:
        yield Note(words_outages.UNSHARED, None)
    if case.outage is not None:
        page = _page(facts, f"/outages/{case.outage.event.id}")
        yield Note(words_outages.part_of_outage(case.outage), page)
    alike = case.alike
    if alike is None:
        return
    if alike.category is not None and alike.category.category is not Category.ASSERTION:
        yield Note(words_clusters.category_sentence(alike.category), None)
    if alike.others:
        page = _page(facts, f"/clusters/{alike.cluster_id}")
        yield Note(words_clusters.same_error(alike.others), page)


def _file_url(case: FailedCase, facts: RunFacts) -> str | None:
    if case.file is None or not escape.is_path_inside(case.file):
        return None
    anchor = f"#L{case.line}" if case.line else ""
    return f"{facts.server_url}/{facts.repo}/blob/{facts.head_sha}/{quote(case.file)}{anchor}"


def _page(facts: RunFacts, rest: str = "") -> str | None:
    return f"{facts.public_url}/r/{facts.repo}{rest}" if facts.public_url else None


def _unexplained(
    facts: RunFacts, *, needs_you: Sequence[CaseLine], excused: Sequence[CaseLine]
) -> list[JobLine]:
    """Red jobs that no failing case explains: one failure excused never excuses a red job.

    A failing case explains no time-out.
    """
    found = []
    for one in facts.jobs:
        if not one.job.is_red:
            continue
        url = one.job.url
        is_explained = any(line.job_url == url for line in (*needs_you, *excused))
        if is_explained and one.job.conclusion == "failure":
            continue
        sentence = words.job_unexplained(
            escape.plain(one.job.name), one.job.conclusion or "", has_report=one.has_report
        )
        found.append(JobLine(name=one.job.name, sentence=sentence, url=url))
    return [*found, *_unread(facts)]


def _unread(facts: RunFacts) -> Iterator[JobLine]:
    """Reports that hide what they should tell."""
    url = _page(facts) or f"{facts.server_url}/{facts.repo}/actions"
    for path, reason in facts.refusals:
        name = escape.plain(path)
        yield JobLine(name=name, sentence=words.report_refused(name, reason), url=url)
    for path in facts.partial:
        name = escape.plain(path)
        yield JobLine(name=name, sentence=words.report_partial(name), url=url)
