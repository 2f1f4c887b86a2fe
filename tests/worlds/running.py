"""A job of a run, executed: what each case came to, and why."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from random import Random

from tests.worlds.code import Code, Defect
from tests.worlds.defects import Bug, Flake
from tests.worlds.messages import written
from tests.worlds.project import Case
from tests.worlds.scene import Scene
from tests.worlds.weather import INFRA, Image, Trouble

REGRESSION, PR_BUG, FLAKE = "regression", "pr_bug", "flake"
TROUBLE_AGAIN = 0.9  # chance that an in-run retry meets the same trouble


@dataclass(frozen=True, slots=True)
class Fault:
    """Why one case fails in one job."""

    cause: str
    text: str
    again: float  # chance that a retry in the same job fails too
    is_error: bool = False
    defect: Defect | None = None


@dataclass(slots=True)
class Ran:
    """What came of one job."""

    results: dict[str, list[list[str | None]]] = field(default_factory=dict)
    causes: dict[str, str] = field(default_factory=dict)
    not_run: list[str] = field(default_factory=list)
    defects: list[Defect] = field(default_factory=list)  # that made it red
    is_red: bool = False


@dataclass(slots=True)
class Faults:
    """Everything of a world that can make a case fail."""

    bugs: list[Bug] = field(default_factory=list)
    flakes: list[Flake] = field(default_factory=list)
    images: list[Image] = field(default_factory=list)
    troubles: list[Trouble] = field(default_factory=list)

    def of(self, scene: Scene, cases: Sequence[Case], chance: Random) -> dict[Case, Fault]:
        """The cases that fail in this scene: what lies deeper hides what lies above."""
        found: dict[Case, Fault] = {}
        self._flakes(scene, found, chance)
        self._troubles(scene, cases, found, chance)
        for image in self.images:
            if scene.code.has(image) and image.is_under(scene):
                for case, text in image.messages.items():
                    found[case] = Fault(INFRA, text, 1.0, is_error=True)
        for bug in self.bugs:
            if scene.code.has(bug) and bug.fails_in(scene.job):
                cause = PR_BUG if bug in scene.code.own else REGRESSION
                for case, text in bug.messages.items():
                    found[case] = Fault(cause, text, 1.0, bug.is_error, bug)
        ran = set(cases)
        return {case: fault for case, fault in found.items() if case in ran}

    def _flakes(self, scene: Scene, found: dict[Case, Fault], chance: Random) -> None:
        for flake in self.flakes:
            if not scene.code.has(flake) or chance.random() >= flake.chance_in(scene):
                continue
            for case in flake.cases:
                if len(flake.cases) == 1 or chance.random() < 0.9:
                    text = flake.texts[0] if chance.random() < 0.8 else flake.texts[-1]
                    is_error = flake.kind == "fixture"
                    found[case] = Fault(FLAKE, text, flake.again, is_error, flake)

    def _troubles(
        self, scene: Scene, cases: Sequence[Case], found: dict[Case, Fault], chance: Random
    ) -> None:
        for trouble in self.troubles:
            if not trouble.is_over(scene):
                continue
            text = chance.choice(trouble.texts)
            for case in cases:
                if trouble.hits(case, scene) and chance.random() < trouble.share:
                    is_error = trouble.need == "disk"
                    found[case] = Fault(trouble.cause, text, TROUBLE_AGAIN, is_error)


def executed(
    scene: Scene,
    cases: Sequence[Case],
    faults: Faults,
    chance: Random,
    *,
    job_number: int,
    retries: int,
    crashes: float,
) -> Ran:
    """One job of one run attempt."""
    ran = Ran()
    ends = chance.random() if chance.random() < crashes else 1.0
    if ends < 1.0:
        ran.is_red = True
        ran.not_run = [case.name for case in cases if case.place > ends]
    missing = set(ran.not_run)
    for case in cases:
        if case.skipped_in == job_number and case.name not in missing:
            ran.results[case.name] = [["skipped", None]]
    for case, fault in faults.of(scene, cases, chance).items():
        if case.name in missing or case.name in ran.results:
            continue
        executions = _executions(fault, chance, retries)
        ran.results[case.name] = executions
        ran.causes[case.name] = fault.cause
        if executions[-1][0] != "passed":
            ran.is_red = True
            if fault.defect is not None and fault.defect not in ran.defects:
                ran.defects.append(fault.defect)
    return ran


def _executions(fault: Fault, chance: Random, retries: int) -> list[list[str | None]]:
    word = "errored" if fault.is_error else "failed"
    found: list[list[str | None]] = [[word, written(chance, fault.text)]]
    for _ in range(retries):
        if chance.random() >= fault.again:
            found.append(["passed", None])
            break
        found.append([word, written(chance, fault.text)])
    return found


def codes_own(ran: Ran, code: Code) -> list[Bug]:
    """The change's own bugs that made this job red."""
    return [one for one in ran.defects if isinstance(one, Bug) and one in code.own]
