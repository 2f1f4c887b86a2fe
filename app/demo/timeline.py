"""From the script to commits, pull requests and the runs they start, each at its time."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from random import Random

from app.demo.project import Edit, Tree, changed_files, commit_sha, edited, template
from app.demo.records import DEFAULT_BRANCH, REPO, Commit, Event, PullRequest, Push
from app.demo.script import Act, Person, Step, Trouble

SPAN = timedelta(days=42)
SATURDAY = 5
WORKDAY = range(8 * 60, 18 * 60)  # minutes of the day, UTC
LATE_EVENING = range(22 * 60 + 10, 23 * 60 + 20)  # within the shop's next day, far from both ends
FIRST_NUMBER = 211  # the repository is older than the history
FOUNDER = Person("nadia", "Nadia Keller", "nadia@shop.example")
NO_PARENT = "0" * 40


@dataclass(frozen=True, slots=True)
class Draft:
    """A run before anybody knows what its machine will be like."""

    event: Event
    at: datetime
    head_sha: str
    base_sha: str | None
    branch: str
    head_repo: str
    pr: int | None
    actor: str
    trouble: Trouble | None
    late: bool
    breaks: bool  # the step breaks cases

    @property
    def is_trusted(self) -> bool:
        """Whether the code comes from the repository itself."""
        return self.head_repo == REPO


@dataclass(slots=True)
class Timeline:
    """What has happened so far; grows by one step at a time."""

    commits: list[Commit]
    pulls: dict[str, PullRequest]  # by branch, oldest first
    drafts: list[Draft]
    trees: dict[str, Tree]
    edits: dict[str, tuple[Edit, ...]]  # of each pull request, so far

    @property
    def head(self) -> str:
        """The newest commit of the default branch."""
        return self.commits[-1].sha


def unfold(steps: Sequence[Step], *, now: datetime, rng: Random) -> Timeline:
    """Play the script over the six weeks before `now`, on working days only."""
    times = _times(steps, now=now, rng=rng)
    timeline = Timeline([], {}, [], {}, {})
    _commit(timeline, template(), FOUNDER, "Take callbacks of the provider", times[0] - SPAN / 6)
    for step, at in zip(steps, times, strict=True):
        match step.act:
            case Act.COMMIT:
                _commit_step(timeline, step, at)
            case Act.PUSH:
                _push(timeline, step, at, rng)
            case Act.MERGE:
                _merge(timeline, step, at)
            case Act.CLOSE:
                pull = timeline.pulls[step.pull]
                timeline.pulls[step.pull] = replace(pull, closed_at=at)
    return timeline


def _times(steps: Sequence[Step], *, now: datetime, rng: Random) -> list[datetime]:
    """A time for each step, rising, all of them before the day of `now`."""
    days = _working_days(now.astimezone(UTC).date())
    by_day: dict[date, list[Step]] = {}
    earliest = 0
    for index, step in enumerate(steps):
        day = max(index * len(days) // len(steps), earliest)
        earliest = day + step.late  # the day is over after a late step
        by_day.setdefault(days[day], []).append(step)
    return [at for day, of_day in by_day.items() for at in _times_of_day(day, of_day, rng)]


def _working_days(today: date) -> list[date]:
    days = (today - timedelta(days=back) for back in range(SPAN.days, 0, -1))
    return [day for day in days if day.weekday() < SATURDAY]


def _times_of_day(day: date, steps: Sequence[Step], rng: Random) -> list[datetime]:
    minutes = sorted(rng.sample(WORKDAY, len(steps)))
    if steps[-1].late:
        minutes[-1] = rng.choice(LATE_EVENING)
    midnight = datetime.combine(day, time(), UTC)
    return [midnight + timedelta(minutes=m, seconds=rng.randrange(60)) for m in minutes]


def _commit(timeline: Timeline, tree: Tree, author: Person, message: str, at: datetime) -> Commit:
    parent = timeline.head if timeline.commits else NO_PARENT
    sha = commit_sha(tree, parent=parent, author=str(author), at=at, message=message)
    changed = changed_files(timeline.trees.get(parent, {}), tree)
    commit = Commit(sha, parent, author, message, changed, at)
    timeline.commits.append(commit)
    timeline.trees[sha] = tree
    return commit


def _commit_step(timeline: Timeline, step: Step, at: datetime) -> None:
    assert step.author is not None
    tree = edited(timeline.trees[timeline.head], step.edits)
    commit = _commit(timeline, tree, step.author, step.title, at)
    timeline.drafts.append(_draft_of_main(commit, step))


def _merge(timeline: Timeline, step: Step, at: datetime) -> None:
    assert step.author is not None
    pull = timeline.pulls[step.pull]
    tree = edited(timeline.trees[timeline.head], timeline.edits[step.pull])
    message = f"{pull.title} (#{pull.number})"
    commit = _commit(timeline, tree, step.author, message, at)
    timeline.pulls[step.pull] = replace(pull, merged_at=at, closed_at=at, merge_sha=commit.sha)
    timeline.drafts.append(_draft_of_main(commit, step))


def _draft_of_main(commit: Commit, step: Step) -> Draft:
    return Draft(
        event=Event.PUSH,
        at=commit.at,
        head_sha=commit.sha,
        base_sha=None,
        branch=DEFAULT_BRANCH,
        head_repo=REPO,
        pr=None,
        actor=commit.author.login,
        trouble=step.trouble,
        late=step.late,
        breaks=bool(step.broken),
    )


def _push(timeline: Timeline, step: Step, at: datetime, rng: Random) -> None:
    """A push stands on main's head of that moment: a second one has been rebased."""
    pull = timeline.pulls.get(step.pull) or _opened(timeline, step, rng)
    edits = timeline.edits.get(step.pull, ()) + step.edits
    base = timeline.trees[timeline.head]
    tree = edited(base, edits)
    message = f"{pull.title}, after review" if pull.pushes else pull.title
    sha = commit_sha(tree, parent=timeline.head, author=str(pull.author), at=at, message=message)
    push = Push(sha, timeline.head, message, changed_files(base, tree), at)
    pull = replace(pull, pushes=(*pull.pushes, push))
    timeline.pulls[step.pull], timeline.edits[step.pull] = pull, edits
    timeline.trees[sha] = tree
    timeline.drafts.append(_draft_of_pull(pull, step))


def _opened(timeline: Timeline, step: Step, rng: Random) -> PullRequest:
    assert step.author is not None
    last = max((pull.number for pull in timeline.pulls.values()), default=FIRST_NUMBER - 1)
    return PullRequest(
        number=last + rng.choice((1, 1, 2, 3)),  # issues take numbers too
        title=step.title,
        author=step.author,
        head_repo=step.fork or REPO,
        branch=step.pull,
        pushes=(),
        merged_at=None,
        merge_sha=None,
        closed_at=None,
    )


def _draft_of_pull(pull: PullRequest, step: Step) -> Draft:
    push = pull.pushes[-1]
    return Draft(
        event=Event.PULL_REQUEST,
        at=push.at,
        head_sha=push.head_sha,
        base_sha=push.base_sha,
        branch=pull.branch,
        head_repo=pull.head_repo,
        pr=pull.number,
        actor=pull.author.login,
        trouble=step.trouble,
        late=step.late,
        breaks=bool(step.broken),
    )
