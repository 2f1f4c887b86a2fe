"""A merge queue: changes are tested together as they would be merged, and what is red goes out."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from tests.worlds.chance import around
from tests.worlds.change import Change
from tests.worlds.defects import fresh_bug
from tests.worlds.world import Run, World

if TYPE_CHECKING:
    from tests.worlds.team import Team

SKEW = 0.04  # chance that a change clashes with what was merged since its own run


class Queue:
    """The queue of a world; one batch is tested at a time."""

    def __init__(self, world: World, team: "Team") -> None:
        self.world = world
        self.team = team
        self.waiting: list[Change] = []
        self.alone: list[Change] = []  # of a red batch: tested one by one
        self.is_busy = False
        self.tested = 0  # batches; each is a merge commit of its own, also of the same changes

    def enter(self, at: float, change: Change) -> None:
        """An approved change joins."""
        self.waiting.append(change)
        self._next(at)

    def _next(self, at: float) -> None:
        if self.is_busy or not (self.alone or self.waiting):
            return
        self.is_busy = True
        if self.alone:
            batch = [self.alone.pop(0)]
        else:
            size = self.world.kind.batch
            batch, self.waiting = self.waiting[:size], self.waiting[size:]
        for change in batch:
            if change.modules and not change.is_urgent and self.world.chance.random() < SKEW:
                self._meet_newer(change)
        self.tested += 1
        last = batch[-1].number
        base = self.world.branch.shas[-1]
        branch = f"gh-readonly-queue/main/pr-{last}-{base}"
        code = self.team.code_of(batch, branch, last, merge=self.tested)
        affected = self.team.affected(batch)
        self.world.start(
            code, at + 0.03, lambda run: self._seen(run, batch), affected=affected, rerun=0.0
        )

    def _meet_newer(self, change: Change) -> None:
        """What lies below the change is newer than its own run's base, and they clash."""
        module = self.world.chance.choice(change.modules)
        bug = fresh_bug(self.world.chance, module, self.world.jobs)
        self.world.faults.bugs.append(bug)
        change.bugs.append(bug)

    def _seen(self, run: Run, batch: Sequence[Change]) -> None:
        self.is_busy = False
        now = run.ended
        if not run.red:
            for change in batch:
                sha = run.code.sha if change is batch[-1] else None
                self.team.land(now, change, sha=sha)
            if self.world.kind.runs_on_push:
                self.team.run_branch(now + 0.02)
        elif len(batch) > 1:
            self.alone += batch
        else:
            self._eject(now, batch[0])
        self._next(now)

    def _eject(self, now: float, change: Change) -> None:
        chance = self.world.chance
        if change.bugs:
            self.team.push_again(now + around(chance, 1.5), change)
        else:
            at = now + around(chance, 0.7)
            self.world.at(at, self.enter, change)
