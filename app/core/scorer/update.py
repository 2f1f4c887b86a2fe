"""The evidence scorer's one step: an observation in, the next state and what is said out."""

from app.core.history.records import Observation
from app.core.scorer import assumptions as assumed
from app.core.scorer.clock import count_hour
from app.core.scorer.draft import Draft, count_report, draft_of
from app.core.scorer.left import left_so
from app.core.scorer.outages import note_outage
from app.core.scorer.repeats import mark_of, remember
from app.core.scorer.said import Contradicted, Said
from app.core.scorer.single import findings
from app.core.scorer.standing import is_due, judge
from app.core.scorer.state import State
from app.core.scorer.waiting import Contradiction, contradicted, end_streaks, open_failures
from app.core.scorer.weigh import Kind, weigh


def update(state: State, seen: Observation) -> tuple[State, Said]:
    """The state after one job of one run attempt, and what is said of it at that moment.

    Untrusted code is judged by the state and leaves it as it is; so does what was seen before.

    Observations come in the order in which the jobs finished. Out of that order they give the
    same evidence, and beliefs that differ by a report or two, as long as each job's own reports
    keep theirs. Where these do not: a pass that comes before its failure contradicts nothing, a
    streak is told in the order of arrival, and the default branch's commits are taken to follow
    each other as they come. What failed together is looked for by the times told, in what has
    come so far, and another job's pass of the same code counts where it came before what
    contradicts the failure. An observation that comes again changes nothing, unless REPORTS_KEPT
    others came in between.
    """
    draft = draft_of(state, seen)
    _know_commit(draft)
    mark = mark_of(draft)
    if not seen.is_trusted or mark in state.latest:
        return state, Said(findings(draft), ())
    said = findings(draft)
    _count(draft, mark)
    found = contradicted(draft)
    end_streaks(draft)
    found += open_failures(draft)
    if is_due(draft):
        found += left_so(draft)
    executions = len(seen.ran.files) - len(seen.not_run)
    draft.state.weather = draft.state.weather.with_report(draft.now, executions=executions)
    kinds = weigh(draft, found)
    judge(draft)
    note_outage(draft, said)
    if seen.is_default:
        _know_tested(draft)
    told = tuple(_told(one, kind) for one, kind in zip(found, kinds, strict=True))
    return draft.state, Said(said, tuple(draft.changes), told)


def _count(draft: Draft, mark: str) -> None:
    """Count the report, of which nothing but its passes is worked in yet."""
    remember(draft, mark)
    count_report(draft)
    count_hour(draft)
    _know_job(draft)
    recent = (at for at in draft.state.recent if at > draft.now - assumed.COMPANY)
    draft.state.recent = (*recent, draft.now)


def _know_tested(draft: Draft) -> None:
    """The newest commit of the default branch that the job tested."""
    state, seen = draft.state, draft.seen
    last = state.tested.get(seen.job)
    if last is None or state.commits.get(last, 0) <= state.commits.get(seen.code, 0):
        state.tested[seen.job] = seen.code


def _know_job(draft: Draft) -> None:
    """The jobs that tested the last codes, whatever they found."""
    codes, seen = draft.state.codes, draft.seen
    jobs = codes.pop(seen.code, ())
    codes[seen.code] = jobs if seen.job in jobs else (*jobs, seen.job)
    if len(codes) > assumed.CODES_KEPT:
        del codes[next(iter(codes))]


def _told(one: Contradiction, kind: Kind | None) -> Contradicted:
    failure = one.failure
    return Contradicted(
        case=one.case,
        at=failure.at,
        run=failure.run,
        job=failure.job,
        code=failure.code,
        by=one.by.value,
        kind=None if kind is None else kind.value,
    )


def _know_commit(draft: Draft) -> None:
    """The default branch's commits appear in their order; re-runs of older ones come later."""
    commits = draft.state.commits
    code = draft.seen.code
    if not draft.seen.is_default or code in commits:
        return
    commits[code] = commits[next(reversed(commits))] + 1 if commits else 1
    if len(commits) > assumed.COMMITS_KEPT:
        del commits[next(iter(commits))]
