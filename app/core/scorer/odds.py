"""How often each cause fails a case once, and what that makes of one failure.

A flake, an outage, a bug of the change and a break of the default branch are each given the share
of executions that they fail, as far as the case, its group and the repository have shown it.
"""

from dataclasses import dataclass

from app.core.decide import Cause
from app.core.scorer.standing import rate_of, score_of
from app.core.scorer.state import CaseState, Weather
from app.core.scorer.weigh import Kind

# Per execution of one case, unless said otherwise. Chosen: orders of magnitude, of which the tuning
# histories confirmed no more than that they work. What a repository shows of its own outweighs
# them where it can be counted.
# What fails one case alone comes so often a report, however many cases share it. In repositories
# with 55 to 980 cases, 1,000 reports had 3 to 31 such failures by bugs far from their change, up to
# nine by commits and up to ten by outages.
OUTAGE_REPORT = 0.01
FAR_BUG_REPORT = 0.01  # before any is seen ...
FAR_BUG_REPORTS = 100  # ... which is worth so many reports beside what the repository shows
COMMIT_BUG_REPORT = 0.01
GROUPS_ALONE = 6.0  # other groups that fail together without a common cause, about
NEAR_BUG = 0.01  # a pull request's bug in what it touches
NEAR_BUG_LONE = 0.005  # the same where it fails one case of the group; most fail more
FAR_BUG_GROUP = 2e-4  # and elsewhere, of a group's cases
COMMIT_BUG_GROUP = 5e-5  # a commit's of the default branch, of a group's cases
COMMIT_NEAR = 20.0  # times either where it touches near the case: 47 of 155 such, 39 of 2,600 far
BUG_EVENTS = 0.4  # bugs of one case that the repository's share is worth beside its own
FEW_TIMES, MANY_TIMES = 4.0, 10.0  # more likely a bug where 2 or 3 of the group fail, or more
FEW, MANY = 2, 4  # cases of the group
AGAIN = 0.15  # a flake fails again at once so often: a quarter of them come in bursts
AGAIN_MOST = 0.6  # and at most, where the case's own failures came close together
OF_CODE_MOST = 4  # failures of one code, in its jobs and attempts; more say no more
PRIOR_RATE = 0.005  # of a flaky case of which nothing is known; the median of real ones
PRIOR_SCORE = 0.005  # share of the cases that are flaky, when none has failed yet
RETRIED = 3.0  # a pass within the same report makes a flake so much likelier than an outage; chosen
RETRIED_BUG = 0.01  # share of the bugs that a retry does not meet
RETRIED_AMONG = 500  # cases, at least, over which the others are spread then; see `spread`; chosen
CROWD_SCORE = 0.3  # share of the crowds which come again, the same, that are a fixture
CROWD_RATE = 1e-3  # of such a fixture, at least
CROWD_BUG = 0.05  # share of a group's bugs that fail the very cases of an earlier crowd
CROWD_AGAIN = 5.0  # times likelier a fixture with each further change that met it; chosen
CROWD_BUG_AGAIN = 0.1  # share of such bugs that also fail those of one more crowd; chosen
CROWDS = 2  # crowds that a case was in, from which its flakes are taken to come in them ...
OTHER_CROWD = 0.05  # ... but for so many
ALONE_DAYS = 5.0  # half days of flakes, all alone, that the first in company is worth
ELSEWHERE_FEW = 3  # others that failed it this day, from which that tells of a break
ELSEWHERE = 2e-5  # share of the times when others fail a case, too, that it is broken unnoticed
SAID_ELSEWHERE = 10.0  # times likelier flaky where others failed it so before; chosen
ELSEWHERE_HITS = 0.5  # share of the runs that such a break fails

FAR_BUGS = (Kind.PUSHED, Kind.PUSHED_JOBS)  # what a push mends far from the change, if no flake is


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What lies around a failure."""

    others: int  # other groups that failed unexpectedly, flaky cases left out
    beside: int  # the cases of them that did
    ran: int  # cases in the report
    of_group: int  # cases of its group that failed, itself too, that are not held for flaky
    together: int  # cases of its group that failed, whatever they are held for
    same_crowds: int  # other changes, on other days, that nearly these of its group failed
    other_crowds: int  # other days' crowds that it was in, all alike, where this is unlike them
    is_without_crowd: bool  # its one crowd may have been a bug, and fails it now without the rest
    is_first_crowd: bool  # others of its group failed that are not held, and it was in no crowd
    is_near: bool  # the change touches what lies near the case
    bug_times: float  # how much oftener a bug far from the change fails it, by the part it touches
    on_pr: bool
    is_pushed_again: bool  # an earlier push of the pull request failed it, as its own bug would
    base_failures: int  # reports in a row of what it was merged with that failed it
    elsewhere: int  # other pull requests and commits that failed it this day, not contradicted yet
    said_elsewhere: int  # others that failed it for a moment with this message, on other half days
    of_day: float  # reports of the last day, about
    failed_before: bool
    in_a_row: int  # sources that failed it the last times, in this job
    of_code: int  # failures of this very code before, in this job and in others
    is_retried: bool  # passed within the same report

    @property
    def is_lone(self) -> bool:
        """Whether it fails alone, far from the change, and did not for many others this day."""
        is_told_of = self.others or self.elsewhere >= ELSEWHERE_FEW
        return self.together < FEW and not self.is_near and not is_told_of

    @property
    def spread(self) -> int:
        """Over how many cases that is spread which fails one alone in so many reports.

        What is over within the same report is no oftener an outage or a bug where cases are few.
        """
        return max(self.ran, RETRIED_AMONG) if self.is_retried else self.ran


def judged(
    known: CaseState | None, around: Circumstances, likelier: float, weather: Weather
) -> tuple[Cause, float]:
    """The likeliest cause of one failure, and the probability that it is a flake.

    `likelier` is how much likelier its message makes a flake.
    """
    score = _score(known, around, weather)
    rate = rate_of(known) if known else PRIOR_RATE
    flake = _of_crowd(score * rate * likelier, around, rate=rate, likelier=likelier)
    if around.is_first_crowd and known is not None:
        flake *= ALONE_DAYS / (ALONE_DAYS + known.episodes)
    again = again_of(known)
    outage = _outage(around)
    own = _own_bug(known, score, around, weather)
    if around.same_crowds:
        own *= CROWD_BUG * CROWD_BUG_AGAIN ** (around.same_crowds - 1)
    if around.is_pushed_again:
        own += own / (own + flake)
    if around.base_failures:
        own += _broken_base(flake, again, around)
    if around.elsewhere >= ELSEWHERE_FEW:
        own += _broken_elsewhere(rate, again, around)
    if around.is_retried:
        flake, own = flake * RETRIED, own * RETRIED_BUG
    flake *= again ** max(around.in_a_row, min(around.of_code, OF_CODE_MOST))
    p_flaky = flake / (flake + outage + own)
    return _cause(p_flaky, outage, own, around), p_flaky


def _score(known: CaseState | None, around: Circumstances, weather: Weather) -> float:
    """How probably the case is flaky, with what others showed of it and nothing contradicts yet.

    A bug of theirs is none of this change's, and seldom says the same on another day.
    """
    score = score_of(known, weather) if known else PRIOR_SCORE
    if not around.said_elsewhere:
        return score
    flaky = SAID_ELSEWHERE * score
    return flaky / (flaky + 1.0 - score)


def _of_crowd(flake: float, around: Circumstances, *, rate: float, likelier: float) -> float:
    """A flake's share by who fails with it: a fixture fails the same cases each time.

    So a crowd that was there before, on another day, is likely one, whatever is known of each of
    its cases; and who failed in the same crowds before seldom flakes in another. Of what failed
    without the one crowd that another commit mended, 3 of 1,499 failures were flakes.
    """
    if around.same_crowds:
        return max(
            flake, _crowd_score(around.same_crowds) * max(rate, CROWD_RATE) * min(1.0, likelier)
        )
    is_other = around.together >= FEW and around.other_crowds >= CROWDS
    is_other = is_other or around.is_without_crowd
    return flake * OTHER_CROWD if is_other else flake


def _crowd_score(crowds: int) -> float:
    """How probably crowds that came again so often are a fixture."""
    odds = CROWD_SCORE / (1.0 - CROWD_SCORE) * CROWD_AGAIN ** (crowds - 1)
    return odds / (1.0 + odds)


def _broken_base(flake: float, again: float, around: Circumstances) -> float:
    """How probably the default branch is broken, which failed so often in a row: or by flakes."""
    broken = COMMIT_BUG_REPORT / around.spread
    flakes = flake * again ** (around.base_failures - 1)
    return broken / (broken + flakes)


def _broken_elsewhere(rate: float, again: float, around: Circumstances) -> float:
    """How often a break fails it that no streak tells of, as older code passes in between.

    So many failures of others in one day are to be expected of its flakes, or not.
    """
    expected = min(1.0, rate * around.of_day)
    flakes = expected * max(again, expected / 2) ** (around.elsewhere - 1)
    return ELSEWHERE_HITS * ELSEWHERE / (ELSEWHERE + flakes)


def again_of(known: CaseState | None) -> float:
    """How often the case, as a flake, fails again at once: some come in bursts, or by order."""
    if known is None or known.flakes <= known.episodes:
        return AGAIN
    seen = 1.0 - (known.episodes + 1.0) / (known.flakes + 1.0)
    return max(AGAIN, min(AGAIN_MOST, seen))


def _outage(around: Circumstances) -> float:
    """How often what fails others fails this case, too: it hits each alike, for all we know.

    Of the cases that ran, so many failed beside it; and the more groups they are of, the surer
    one cause has failed them all.
    """
    is_one_cause = around.others / (around.others + GROUPS_ALONE)
    return OUTAGE_REPORT / around.spread + is_one_cause * around.beside / around.ran


def far_bug_of(weather: Weather) -> float:
    """Failures of cases far from a change that its next push mended, per report."""
    seen = sum(weather.noise.get(kind, 0.0) for kind in FAR_BUGS)
    return (FAR_BUG_REPORT * FAR_BUG_REPORTS + seen) / (FAR_BUG_REPORTS + weather.reports)


def _own_bug(
    known: CaseState | None, score: float, around: Circumstances, weather: Weather
) -> float:
    if around.on_pr and around.is_near:
        lone, many = NEAR_BUG_LONE, NEAR_BUG
    elif around.on_pr:
        times, usual = around.bug_times, far_bug_of(weather) / around.spread
        lone, many = _of_case(usual, known, score) * times, FAR_BUG_GROUP * times
    else:
        times = COMMIT_NEAR if around.is_near else around.bug_times
        usual = COMMIT_BUG_REPORT / around.spread
        lone, many = _of_case(usual, known, score) * times, COMMIT_BUG_GROUP * times
    if around.of_group < FEW:
        return lone
    return lone + many * (FEW_TIMES if around.of_group < MANY else MANY_TIMES)


def _of_case(usual: float, known: CaseState | None, score: float) -> float:
    """The share of the case's executions that bugs fail: some cases meet far more than others.

    What looked like its flakes were bugs, too, so far as it is not held for flaky.
    """
    if known is None:
        return usual
    bugs = (1.0 - score) * known.flakes
    return (BUG_EVENTS + bugs) / (BUG_EVENTS / usual + known.executions)


def _cause(p_flaky: float, outage: float, own: float, around: Circumstances) -> Cause:
    if p_flaky >= 0.5:
        return Cause.FLAKY
    if around.base_failures:
        return Cause.BROKEN
    if outage > own and around.others and not around.failed_before:
        return Cause.OUTAGE
    return Cause.NEW if around.on_pr or around.others == 0 else Cause.UNKNOWN
