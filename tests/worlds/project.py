"""The code that a world's developers work on: packages, modules, and the cases of each."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from random import Random

from tests.worlds.chance import at_least_one
from tests.worlds.words import NOUNS, VERBS

NEEDS = {"database": 0.16, "host:rates": 0.07, "host:maps": 0.04, "host:mail": 0.03}  # of modules
NEEDED_BY = 0.7  # share of such a module's cases
NEEDED_LEAST = 4  # modules: what one case alone rests on makes it flaky, and is no outage
WRITES_DISK = 0.2  # share of the cases
FEATURES = 12  # of a runner's image: a locale, a font, a TLS library; a case rests on some
RESTS_ON = 0.2  # share of the cases that rest on one feature
SKIPPED = 0.01  # share of the cases that one job skips


@dataclass(slots=True, eq=False)
class Case:
    """One test case, and what of the world outside the code it rests on."""

    name: str
    module: "Module"
    place: float  # in a job's order, from 0 to 1
    needs: frozenset[str]
    skipped_in: int = -1  # a job's number

    @property
    def file(self) -> str:
        """The file it lives in."""
        return self.module.test_file


@dataclass(slots=True, eq=False)
class Module:
    """One source file with the file of its cases."""

    package: "Package"
    source: str
    test_file: str
    needs: set[str] = field(default_factory=set)
    cases: list[Case] = field(default_factory=list)


@dataclass(slots=True, eq=False)
class Package:
    """A folder of modules, and the packages that it uses."""

    name: str
    uses: list["Package"]
    modules: list[Module] = field(default_factory=list)
    used_by: list["Package"] = field(default_factory=list)

    def cases(self) -> list[Case]:
        """All cases of its modules."""
        return [case for module in self.modules for case in module.cases]


@dataclass(frozen=True, slots=True)
class Style:
    """How a language lays out its files and names its cases."""

    source: str
    test_file: str
    case: str


STYLES = {
    "python": Style(
        "src/{package}/{module}.py", "tests/{package}/test_{module}.py", "{file}::test_{name}"
    ),
    "jvm": Style(
        "{package}/src/main/java/{module}.java",
        "{package}/src/test/java/{module}Test.java",
        "{package}.{module}Test.{name}",
    ),
    "swift": Style(
        "App/{package}/{module}.swift", "UITests/{package}/{module}UITests.swift", "{module}/{name}"
    ),
    "go": Style("{package}/{module}.go", "{package}/{module}_test.go", "{package}/{module}.{name}"),
}


class Project:
    """All packages; names are unique, and cases may be added later."""

    def __init__(
        self, chance: Random, *, packages: int, modules: int, cases: float, style: str
    ) -> None:
        self.chance = chance
        self.style = STYLES[style]
        self.taken: set[str] = set()
        self.packages: list[Package] = []
        names = chance.sample(NOUNS, packages)
        for number, name in enumerate(names):
            uses = chance.sample(self.packages, min(number, chance.randint(0, 3)))
            package = Package(name, uses)
            for used in uses:
                used.used_by.append(package)
            self.packages.append(package)
            for word in chance.sample(NOUNS, modules):
                self._add_module(package, f"{word}_{name[:3]}")
        self._add_needs()
        for module in self.modules:
            for _ in range(at_least_one(chance, cases)):
                module.cases.append(self.new_case(module))

    @property
    def modules(self) -> list[Module]:
        """All modules."""
        return [module for package in self.packages for module in package.modules]

    def cases(self) -> list[Case]:
        """All cases, package by package."""
        return [case for package in self.packages for case in package.cases()]

    def new_case(self, module: Module) -> Case:
        """A case that is not in the module yet."""
        while True:
            name = f"{self.chance.choice(VERBS)}_{self.chance.choice(NOUNS)}"
            word = module.source.rpartition("/")[2].partition(".")[0]
            text = self.style.case.format(
                package=module.package.name, module=word, file=module.test_file, name=name
            )
            if text not in self.taken:
                break
        self.taken.add(text)
        needs = {need for need in sorted(module.needs) if self.chance.random() < NEEDED_BY}
        if self.chance.random() < WRITES_DISK:
            needs.add("disk")
        if self.chance.random() < RESTS_ON:
            needs.add(f"feature{self.chance.randrange(FEATURES)}")
        skipped_in = self.chance.randrange(8) if self.chance.random() < SKIPPED else -1
        return Case(text, module, self.chance.random(), frozenset(needs), skipped_in)

    def _add_module(self, package: Package, word: str) -> None:
        source = self.style.source.format(package=package.name, module=word)
        test_file = self.style.test_file.format(package=package.name, module=word)
        package.modules.append(Module(package, source, test_file))

    def _add_needs(self) -> None:
        for need, share in NEEDS.items():
            count = max(NEEDED_LEAST, round(share * len(self.modules)))
            for module in self.chance.sample(self.modules, count):
                module.needs.add(need)


def dependents(packages: Iterable[Package]) -> list[Package]:
    """These packages and all that use them, however far, in a stable order."""
    found: dict[str, Package] = {}
    left = list(packages)
    while left:
        package = left.pop(0)
        if package.name not in found:
            found[package.name] = package
            left += package.used_by
    return list(found.values())
