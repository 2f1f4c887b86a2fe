"""Rules: terms of their own for some cases; the first whose conditions all fit counts."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from app.core.globs import Glob


@dataclass(frozen=True, slots=True)
class About:
    """What rules, exemptions and owners ask of a case."""

    name: str  # as people are shown it
    file: str | None = None  # relative to the repository
    tags: frozenset[str] = frozenset()
    priority: str | None = None
    branch: str | None = None  # where it ran; None: on any


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule: conditions, of which those that are set must all fit, and what follows.

    `threshold` is a flake rate, the share of runs of the last `days` that failed or flaked;
    `consecutive_failures` how many runs in a row fail. Either is enough.
    """

    line: int  # of the file, from 1
    branch: Glob | None = None
    file: Glob | None = None
    tag: Glob | None = None
    priority: str | None = None
    is_exempt: bool = False  # never held for flaky, never quarantined
    threshold: float | None = None  # 0 to 1
    consecutive_failures: int | None = None
    days: int | None = None

    @property
    def counts(self) -> bool:
        """Whether it holds by counts of its own, not by the scorer."""
        return self.threshold is not None or bool(self.consecutive_failures)

    @property
    def fits_all(self) -> bool:
        """Whether it has no condition at all."""
        return not (self.branch or self.file or self.tag or self.priority)

    def fits(self, case: About) -> bool:
        """Whether every condition that is set fits the case."""
        return (
            (self.branch is None or (case.branch is not None and self.branch.fits(case.branch)))
            and (self.file is None or (case.file is not None and self.file.fits_path(case.file)))
            and (self.tag is None or any(self.tag.fits(tag) for tag in case.tags))
            and (self.priority is None or self.priority == (case.priority or "").lower())
        )


def rules_for(rules: Sequence[Rule], case: About) -> tuple[Rule | None, ...]:
    """The first rule that fits; on any branch, every one that is the first on some.

    None stands for no rule: none fits, or none on some branch. Never empty.
    """
    found: list[Rule] = []
    for rule in rules:
        if rule.fits(case):
            return (*found, rule)
        is_first = rule.branch not in {one.branch for one in found}
        if case.branch is None and is_first and replace(rule, branch=None).fits(case):
            found.append(rule)
    return (*found, None)
