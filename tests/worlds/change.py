"""A pull request of a world: what it touches, and what it brings and mends."""

from dataclasses import dataclass, field

from tests.worlds.code import Defect
from tests.worlds.defects import Bug, Flake
from tests.worlds.project import Case, Module, Package


@dataclass(slots=True, eq=False)
class Change:
    """A pull request."""

    number: int
    modules: list[Module]
    is_trusted: bool = True
    is_urgent: bool = False
    bugs: list[Bug] = field(default_factory=list)
    mends: list[Defect] = field(default_factory=list)
    flakes: list[Flake] = field(default_factory=list)
    new_cases: list[Case] = field(default_factory=list)
    files: tuple[str, ...] = ()
    pushes: int = 0
    left: int = 1  # pushes that its author means to make

    @property
    def packages(self) -> list[Package]:
        """The packages that it touches."""
        return list(dict.fromkeys(module.package for module in self.modules))
