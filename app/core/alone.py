"""The command that runs one case alone, as far as its report's format and its names tell it."""

import re
import shlex
from collections.abc import Callable, Mapping
from dataclasses import dataclass

LONGEST = 300  # characters of a command that anybody would paste
BETWEEN = " \u203a "  # what our readers put between the blocks of a JavaScript test
_CYPRESS = re.compile(r"\.cy\.[jt]sx?$|^cypress/")
_FOLDED = re.compile(r"<(?:uuid|address|hash|time|path)>")  # what differs from run to run
_IDENTIFIER = re.compile(r"[A-Za-z_$][\w$]*", re.ASCII)
_QUALIFIED = re.compile(r"[A-Za-z_$][\w$+.]*", re.ASCII)  # of a class, with its namespaces
_RUST = re.compile(r"[\w:-]+", re.ASCII)
_SPECIAL = re.compile(r"[\\^$.|?*+()\[\]{}/]")  # of the regular expressions of every runner here


@dataclass(frozen=True, slots=True)
class Place:
    """A case as its report names it."""

    suite: str
    classname: str
    name: str
    parameters: str
    file: str | None

    @property
    def whole(self) -> str:
        """Its name with its parameters."""
        return f"{self.name}{self.parameters}"

    @property
    def own_file(self) -> str | None:
        """Its file, where that lies within the repository and is no option."""
        file = self.file
        if not file or file.startswith(("/", "-")) or "\\" in file or ":" in file:
            return None
        return None if ".." in file.split("/") else file


def alone(format_: str | None, case: Place) -> str | None:
    """The command for a POSIX shell; None where nobody can know it.

    Whatever the names hold, they are arguments and nothing else.
    """
    made = COMMANDS.get(format_ or "")
    is_none = case.name.startswith("(") and case.name.endswith(")")  # what failed is no case
    if made is None or not case.name or is_none or _FOLDED.search(f"{case.classname}{case.whole}"):
        return None
    words = made(case)
    if words is None:
        return None
    command = shlex.join(words)
    is_plain = command.isprintable() and " ".join(command.split()) == command
    return command if is_plain and len(command) <= LONGEST else None


def _pytest(case: Place) -> list[str] | None:
    file = case.own_file
    if file is None or not file.endswith(".py"):
        return None
    if case.name.startswith(f"{file}::"):  # as CTRF has it
        return ["pytest", case.whole]
    module = file.removesuffix(".py").replace("/", ".")
    if not case.classname and case.name in {module, module.rpartition(".")[2]}:
        return ["pytest", file]  # it could not be collected
    rest = case.classname.removeprefix(module).strip(".") if case.classname else ""
    if rest and not case.classname.startswith(f"{module}."):
        return None
    within = [*rest.split("."), case.whole] if rest else [case.whole]
    return ["pytest", "::".join([file, *within])]


def _unittest(case: Place) -> list[str] | None:
    name = f"{case.classname}.{case.name}"
    return ["python", "-m", "unittest", name] if _QUALIFIED.fullmatch(name) else None


def _go(case: Place) -> list[str] | None:
    package = case.classname or case.suite
    if not re.fullmatch(r"[\w.~/-]+", package) or package.startswith("-"):
        return None
    pattern = "/".join(f"^{_literal(part)}$" for part in case.whole.split("/"))
    return ["go", "test", package, "-count=1", "-run", pattern]


def _jest(case: Place) -> list[str] | None:
    where = [case.own_file] if case.own_file else []
    return ["npx", "jest", *where, "-t", f"^{_literal(_title(case))}$"]


def _jest_junit(case: Place) -> list[str] | None:
    """Its names may be put together in any way, so they are looked for anywhere."""
    where = [case.own_file] if case.own_file else []
    return ["npx", "jest", *where, "-t", _literal(case.whole)]


def _vitest(case: Place) -> list[str] | None:
    if case.own_file is None:
        return None
    inside = (
        case if case.classname != case.file else Place("", "", case.name, case.parameters, None)
    )
    title = _title(inside).replace(" > ", " ")
    return ["npx", "vitest", "run", case.own_file, "-t", f"^{_literal(title)}$"]


def _playwright(case: Place) -> list[str] | None:
    if case.own_file is None:
        return None
    title = case.whole.replace(BETWEEN, " ")
    return ["npx", "playwright", "test", case.own_file, "-g", _literal(title)]


def _mocha(case: Place) -> list[str] | None:
    if case.own_file is None:
        return None
    if _CYPRESS.search(case.own_file):
        return ["npx", "cypress", "run", "--spec", case.own_file]  # it runs no single test
    is_whole = case.classname and case.name.endswith(case.classname)  # as its JUnit XML has it
    title = case.whole if is_whole else _title(case)
    return ["npx", "mocha", case.own_file, "-f", title]


def _maven(case: Place) -> list[str] | None:
    if not (_QUALIFIED.fullmatch(case.classname) and _IDENTIFIER.fullmatch(_method(case))):
        return None
    return ["mvn", "test", f"-Dtest={case.classname}#{_method(case)}"]


def _gradle(case: Place) -> list[str] | None:
    if not (_QUALIFIED.fullmatch(case.classname) and _IDENTIFIER.fullmatch(_method(case))):
        return None
    return ["./gradlew", "test", "--tests", f"{case.classname}.{_method(case)}"]


def _dotnet(case: Place) -> list[str] | None:
    name = f"{case.classname}.{case.name}"
    if not (case.classname and _QUALIFIED.fullmatch(name)):
        return None
    return ["dotnet", "test", "--filter", f"FullyQualifiedName={name}"]


def _rspec(case: Place) -> list[str] | None:
    if case.own_file is None:
        return None
    return ["bundle", "exec", "rspec", case.own_file, "-e", case.whole]


def _nextest(case: Place) -> list[str] | None:
    binary, name = case.classname or case.suite, case.whole
    if not (_RUST.fullmatch(binary) and _RUST.fullmatch(name)):
        return None
    return ["cargo", "nextest", "run", "-E", f"binary_id(={binary}) & test(={name})"]


def _phpunit(case: Place) -> list[str] | None:
    class_ = re.split(r"[.\\]", case.classname)[-1]
    if not (_IDENTIFIER.fullmatch(class_) and _IDENTIFIER.fullmatch(case.name)):
        return None
    return ["vendor/bin/phpunit", "--filter", f"/\\b{class_}::{case.name}\\b/"]


def _dart(case: Place) -> list[str] | None:
    return ["dart", "test", case.own_file, "--plain-name", case.whole] if case.own_file else None


def _ctest(case: Place) -> list[str] | None:
    return ["ctest", "--output-on-failure", "-R", f"^{_literal(case.name)}$"]


def _method(case: Place) -> str:
    """The method behind a name: JUnit 5 writes its parentheses."""
    return case.name.partition("(")[0]


def _title(case: Place) -> str:
    """The names of the blocks around it and its own, as JavaScript's runners join them."""
    return " ".join(part.replace(BETWEEN, " ") for part in (case.classname, case.whole) if part)


def _literal(text: str) -> str:
    return _SPECIAL.sub(r"\\\g<0>", text)


COMMANDS: Mapping[str, Callable[[Place], list[str] | None]] = {
    "pytest": _pytest,
    "pytest-reportlog": _pytest,
    "pytest-json-report": _pytest,
    "unittest-xml-reporting": _unittest,
    "go test": _go,
    "gotestsum": _go,
    "go-junit-report": _go,
    "jest": _jest,
    "jest-junit": _jest_junit,
    "vitest": _vitest,
    "playwright": _playwright,
    "mocha": _mocha,
    "mocha json-stream": _mocha,
    "mochawesome": _mocha,
    "surefire": _maven,
    "gradle": _gradle,
    "trx": _dotnet,
    "xunit.net": _dotnet,
    "nunit": _dotnet,
    "rspec": _rspec,
    "nextest": _nextest,
    "phpunit": _phpunit,
    "dart": _dart,
    "ctest": _ctest,
}
"""By the format of a report, and for JUnit's by who wrote it."""
