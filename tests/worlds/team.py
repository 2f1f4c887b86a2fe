"""The people of a world: they change, push, mend, revert and merge."""

from collections.abc import Sequence

from tests.worlds.chance import HOURS_A_DAY, around, arrivals, at_least_one
from tests.worlds.change import Change
from tests.worlds.code import Code, Defect, sha_of
from tests.worlds.defects import Bug, Flake, fresh_bug, fresh_flake
from tests.worlds.kinds import Kind
from tests.worlds.merging import Queue
from tests.worlds.project import Module, Package, dependents
from tests.worlds.world import Run, World

SECOND_MODULE = 0.5  # chance of each further module that a change touches
AT_HOME = 0.75  # chance that it lies in the same package
TOUCHES_TESTS = 0.6
DOCS_ONLY = 0.06  # share of the changes that touch no module
MENDS_OWN = 0.8  # chance that the next push mends a bug that the run showed
MERGES_RED = 0.5  # chance that a change is merged although it is red by no fault of its own
GIVES_UP = 0.06
REVERTS = 0.5  # share of the regressions that are reverted on the branch itself
COMES_BACK = 0.2  # share of the reverted that are landed again, and break the same again


class Team:
    """Everybody who works on a world."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.kind = world.kind
        self.chance = world.chance
        self.queue = Queue(world, self) if world.kind.batch else None

    def work(self) -> None:
        """Let everybody begin: changes come, clocks start runs, flakes are born and mended."""
        world, kind = self.world, self.kind
        every = HOURS_A_DAY / kind.prs_a_day
        for at in arrivals(self.chance, every=every, until=world.hours, weights=world.week):
            world.at(at, self._open, self._fresh())
        for day in range(kind.days):
            for hour in kind.scheduled:
                at = day * HOURS_A_DAY + hour
                world.at(at, self.run_branch)
        for image in world.faults.images:
            at = image.rollout.mended * HOURS_A_DAY
            world.at(at, self._mend_image, image)
        for flake in world.faults.flakes:
            self._plan(flake)

    # --- changes

    def _fresh(self) -> Change:
        """A change of somebody's own."""
        chance, kind = self.chance, self.kind
        modules = self._touched()
        change = Change(
            self.world.next_pr(),
            modules,
            is_trusted=chance.random() < kind.trusted,
            left=at_least_one(chance, kind.pushes),
        )
        if chance.random() < kind.new_cases and modules:
            self._add_cases(change, modules[0])
        change.files = self._files(change)
        return change

    def _touched(self) -> list[Module]:
        chance = self.chance
        if chance.random() < DOCS_ONLY:
            return []
        first = chance.choice(self.world.project.modules)
        modules = [first]
        while chance.random() < SECOND_MODULE and len(modules) < 5:
            near = chance.random() < AT_HOME
            pool = first.package.modules if near else self.world.project.modules
            modules.append(chance.choice(pool))
        return list(dict.fromkeys(modules))

    def _files(self, change: Change) -> tuple[str, ...]:
        files = {module.source for module in change.modules}
        for module in change.modules:
            if self.chance.random() < TOUCHES_TESTS:
                files.add(module.test_file)
        files |= {case.file for case in change.new_cases}
        return tuple(sorted(files)) or ("docs/guide.md",)

    def _add_cases(self, change: Change, module: Module) -> None:
        world, kind = self.world, self.kind
        for _ in range(at_least_one(self.chance, 2.5)):
            case = world.project.new_case(module)
            change.new_cases.append(case)
            if self.chance.random() < kind.new_flaky:
                flake = fresh_flake(
                    self.chance, kind.flakiness, case, jobs=world.jobs, hours=world.hours
                )
                flake.cases = (case,)
                world.faults.flakes.append(flake)
                change.flakes.append(flake)

    def _open(self, at: float, change: Change) -> None:
        for flake in change.flakes:
            flake.since = at
        self._push(at, change)

    def _push(self, at: float, change: Change) -> None:
        chance, kind = self.chance, self.kind
        change.pushes += 1
        change.left -= 1
        often = kind.own_bugs if change.pushes == 1 else kind.own_bugs / 2
        if change.modules and not change.is_urgent and chance.random() < often:
            bug = fresh_bug(chance, chance.choice(change.modules), self.world.jobs)
            self.world.faults.bugs.append(bug)
            change.bugs.append(bug)
        code = self.code_of([change], f"topic-{change.number}", change.number)
        self.world.start(
            code, at, lambda run: self._seen(run, change), affected=self.affected([change])
        )

    def code_of(self, changes: Sequence[Change], branch: str, pr: int, *, merge: int = 0) -> Code:
        """Changes on top of the default branch as it is now."""
        world = self.world
        base = world.branch.head
        heads = [f"{one.number}.{one.pushes}" for one in changes]
        return Code(
            sha=sha_of(world.kind.name, world.seed, base, branch, merge, *heads),
            branch=branch,
            commit=base,
            changed=tuple(sorted({file for one in changes for file in one.files})),
            pr=pr,
            base=world.branch.shas[base],
            is_trusted=all(one.is_trusted for one in changes),
            own=tuple(defect for one in changes for defect in (*one.bugs, *one.flakes)),
            mends=tuple(defect for one in changes for defect in one.mends),
            new_cases=tuple(case for one in changes for case in one.new_cases),
        )

    def affected(self, changes: Sequence[Change]) -> tuple[Package, ...] | None:
        """The packages whose cases a run of these changes runs; None for all."""
        if not self.kind.packages_a_job:
            return None
        found = dependents(package for change in changes for package in change.packages)
        return tuple(sorted(found, key=lambda one: one.name))

    def _seen(self, run: Run, change: Change) -> None:
        """The author looks at the run's end."""
        chance, now = self.chance, run.ended
        own = run.own_bugs
        if own and chance.random() >= GIVES_UP:
            for bug in own:
                if chance.random() < MENDS_OWN:
                    change.bugs.remove(bug)
                    change.files = tuple(sorted({*change.files, *bug.sources}))
            self._later(now + around(chance, 1.2), change)
        elif own:
            return
        elif run.red and not change.is_urgent and chance.random() >= MERGES_RED:
            self._later(now + around(chance, 3.0), change)
        elif change.left > 0:
            self._later(now + around(chance, 2.0), change)
        else:
            self._approve(now + around(chance, 0.2 if change.is_urgent else 3.0), change)

    def _later(self, at: float, change: Change) -> None:
        if change.pushes < 12:
            self.world.at(at, self._push, change)

    def push_again(self, at: float, change: Change) -> None:
        """Somebody mends a change that the queue threw out."""
        for bug in list(change.bugs):
            if self.chance.random() < MENDS_OWN:
                change.bugs.remove(bug)
        self._later(at, change)

    def _approve(self, at: float, change: Change) -> None:
        if self.queue is not None:
            self.world.at(at, self.queue.enter, change)
        else:
            self.world.at(at, self._merge, change)

    def _merge(self, at: float, change: Change) -> None:
        self.land(at, change)
        if self.kind.runs_on_push:
            self.run_branch(at + 0.02, changes=[change])

    # --- the default branch

    def land(self, at: float, change: Change, *, sha: str | None = None) -> None:
        """The change becomes a commit; it may bring what no run of it met."""
        world, chance = self.world, self.chance
        broken: list[Bug] = list(change.bugs)
        if change.modules and not change.is_urgent and chance.random() < self.kind.regressions:
            bug = fresh_bug(chance, chance.choice(change.modules), world.jobs)
            world.faults.bugs.append(bug)
            broken.append(bug)
        world.branch.add(
            sha or sha_of(world.kind.name, world.seed, "main", world.branch.head, change.number),
            changed=change.files,
            brings=[*broken, *change.flakes],
            mends=change.mends,
            new_cases=change.new_cases,
        )
        for case in change.new_cases:
            case.module.cases.append(case)
        for defect in change.mends:
            if isinstance(defect, Flake) and defect.until is None:
                defect.until = at
        for bug in broken:
            mended = at + 0.4 + around(chance, self.kind.mend_hours, spread=1.0)
            world.at(mended, self._mend, bug, change)

    def _mend(self, at: float, bug: Bug, culprit: Change) -> None:
        if bug.mended is not None:
            return
        if self.chance.random() < REVERTS:
            self._commit(at, files=culprit.files, mends=[bug])
            if self.chance.random() < COMES_BACK:
                again = at + around(self.chance, 24.0)
                self.world.at(again, self._land_again, bug, culprit)
        else:
            modules = list(dict.fromkeys(case.module for case in bug.messages))[:2]
            fix = Change(self.world.next_pr(), modules, is_urgent=True, mends=[bug])
            fix.files = tuple(sorted({*bug.sources, *(one.test_file for one in modules[:1])}))
            self._push(at, fix)

    def _land_again(self, at: float, bug: Bug, culprit: Change) -> None:
        again = Bug(messages=bug.messages, job=bug.job, sources=bug.sources, is_error=bug.is_error)
        self.world.faults.bugs.append(again)
        self._commit(at, files=culprit.files, brings=[again])
        mended = at + 0.4 + around(self.chance, self.kind.mend_hours)
        self.world.at(mended, self._commit, files=culprit.files, mends=[again])

    def _commit(
        self,
        at: float,
        *,
        files: tuple[str, ...],
        brings: Sequence[Defect] = (),
        mends: Sequence[Defect] = (),
    ) -> None:
        world = self.world
        sha = sha_of(world.kind.name, world.seed, "main", world.branch.head, "direct")
        world.branch.add(sha, changed=files, brings=brings, mends=mends)
        if self.kind.runs_on_push:
            self.run_branch(at + 0.02)

    def run_branch(self, at: float, *, changes: Sequence[Change] = ()) -> None:
        code = self.world.branch.code(self.world.branch.head)
        affected = self.affected(changes) if changes else None
        if changes and affected == ():
            return
        self.world.start(code, at, lambda _run: None, affected=affected, rerun=self.kind.reruns / 2)

    # --- flakes and images

    def _plan(self, flake: Flake) -> None:
        chance, hours = self.chance, self.world.hours
        if flake in self.world.pending:
            at = chance.uniform(0.08, 0.6) * hours
            self.world.at(at, self._bring, flake)
        if chance.random() < self.kind.flakiness.mended:
            at = chance.uniform(0.3, 0.95) * hours
            self.world.at(at, self._mend_flake, flake)

    def _bring(self, at: float, flake: Flake) -> None:
        flake.since = at
        self._commit(at, files=(flake.cases[0].file,), brings=[flake])

    def _mend_flake(self, at: float, flake: Flake) -> None:
        if flake.born is None:
            return
        module = flake.cases[0].module
        fix = Change(self.world.next_pr(), [module], is_urgent=True, mends=[flake])
        fix.files = tuple(sorted({module.test_file}))
        self._push(at, fix)

    def _mend_image(self, at: float, image: Defect) -> None:
        self._commit(at, files=(".github/workflows/tests.yml", "requirements.txt"), mends=[image])


def lived(kind: Kind, seed: int) -> World:
    """A world of this kind that has come to its end."""
    world = World(kind, seed)
    Team(world).work()
    world.live()
    return world
