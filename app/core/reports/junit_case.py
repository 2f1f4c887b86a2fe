"""What a JUnit testcase with something inside says: its executions, texts and properties."""

import re
from collections.abc import Iterator, Mapping
from typing import Self

from app.core.outcomes import CaseDetail, Failure, Outcome, PlainPass, ReportedExecution
from app.core.reports.keeper import TextKeeper
from app.core.reports.limits import Limits
from app.core.reports.names import safe_link
from app.core.reports.properties import PROPERTIES_MOST, property_of
from app.core.reports.repeats import Sighting, merged
from app.core.reports.texts import failure, seconds_as_ms, whole

_NONE: tuple[ReportedExecution, ...] = ()
PLAIN_ATTRIBUTES = 3  # name, classname and time: what most cases have
REMEMBERED = 4096  # passing executions shared by all reports, one for each duration
TIME_CHARS = 40  # of a duration that is remembered
MAX_CHILDREN = 1000  # elements kept of one testcase

FAILING = {"error": Outcome.ERRORED, "failure": Outcome.FAILED}
FLAKY = {"flakyError": Outcome.ERRORED, "flakyFailure": Outcome.FAILED}
RERUN = {"rerunError": Outcome.ERRORED, "rerunFailure": Outcome.FAILED}
SKIPPED = ("skipped", "ignored", "disabled", "incomplete")
OUTPUT = ("system-out", "system-err")
# nextest's `flaky-result = "fail"`: what passed on retry fails the run all the same, so there is a
# failure beside the flaky ones, that of no execution. Source: nextest_runner, JunitFlakyFailStatus
TOLD_TO_FAIL = "flaky, which fails the run"
TELLING = frozenset({*FAILING, *FLAKY, *RERUN, *SKIPPED, *OUTPUT})
INNER = frozenset({"stackTrace", *OUTPUT})

_ATTACHMENT = re.compile(r"\[\[ATTACHMENT\|([^\]\n]{1,1000})\]\]")
_WORDS = {  # what runners write in status= or result=; other words say no more than the children
    **dict.fromkeys(("disabled", "notrun", "not_run", "not run", "untested"), Outcome.SKIPPED),
    **dict.fromkeys(("ignored", "skipped", "skip", "pending", "suppressed"), Outcome.SKIPPED),
    **dict.fromkeys(("failed", "fail", "failure"), Outcome.FAILED),
    **dict.fromkeys(("error", "errored", "broken", "undefined"), Outcome.ERRORED),
}
_OVERRULING = frozenset({"disabled"})  # a disabled test's failure does not make a job red

_MILD = {  # PHPUnit's types of <error> that do not fail a run
    "RiskyTestError": (Outcome.PASSED, "risky"),
    "RiskyTest": (Outcome.PASSED, "risky"),
    "Warning": (Outcome.PASSED, "warning"),
    "SkippedTestError": (Outcome.SKIPPED, None),
    "SkippedTest": (Outcome.SKIPPED, None),
    "IncompleteTestError": (Outcome.SKIPPED, "incomplete"),
    "IncompleteTest": (Outcome.SKIPPED, "incomplete"),
}
_FALSELY_SKIPPED = (  # messages of <skipped> for what fails the run all the same
    ("Unable to find executable", Outcome.ERRORED, "not run"),  # CTest
    ("Unable to find required file", Outcome.ERRORED, "not run"),
    ("Failed to start", Outcome.ERRORED, "not run"),
    ("test passes unexpectedly", Outcome.FAILED, "unexpectedly passed"),  # nose2
)


class Passes(dict[str, PlainPass]):
    """Passes by how long they took, as it is written; the next report's are much the same."""

    def __missing__(self, time: str) -> PlainPass:
        found = PlainPass(Outcome.PASSED, seconds_as_ms(time))
        if len(time) <= TIME_CHARS:
            if len(self) == REMEMBERED:
                self.clear()
            self[time] = found
        return found


PASSES = Passes()


class Child:
    """One telling element inside a testcase, while it is being read."""

    __slots__ = ("attrs", "output", "tag", "text", "trace")

    def __init__(self, tag: str, attrs: Mapping[str, str], limits: Limits) -> None:
        self.tag = tag
        self.attrs = attrs
        self.text = TextKeeper(limits.max_text, keep_end=tag in OUTPUT)
        self.trace: TextKeeper | None = None
        self.output: TextKeeper | None = None

    def inner(self, tag: str, limits: Limits) -> TextKeeper:
        """Where the text of an element inside this one goes."""
        if tag == "stackTrace":
            self.trace = self.trace or TextKeeper(limits.max_text)
            return self.trace
        self.output = self.output or TextKeeper(limits.max_text, keep_end=True)
        return self.output


class OpenCase:
    """A testcase between its start and its end tag."""

    __slots__ = ("attrs", "child", "children", "properties")

    def __init__(self, attrs: Mapping[str, str]) -> None:
        self.attrs = attrs
        self.child: Child | None = None
        self.children: list[Child] = []
        self.properties: list[tuple[str, str]] = []

    @classmethod
    def failed(
        cls,
        attrs: Mapping[str, str],
        tag: str,
        says: Mapping[str, str],
        text: str,
        limits: Limits,
    ) -> Self:
        """A testcase with nothing inside but a failure, which says this."""
        case = cls(attrs)
        child = Child(tag, says, limits)
        child.text.add(text)
        case.children.append(child)
        return case

    @property
    def is_failing(self) -> bool:
        """Whether what was read so far says that it failed."""
        return any(child.tag in FAILING for child in self.children)

    def sighting(self, limits: Limits, *, part: int, first_line: int) -> Sighting:
        """The case as the report has it; `first_line` is 0 or 1, as the runner counts."""
        if len(self.children) == 1 and not self.properties and len(self.attrs) == PLAIN_ATTRIBUTES:
            child, attrs = self.children[0], self.attrs
            if child.tag in FAILING and "classname" in attrs and "time" in attrs:
                return self._plainly_failed(child, limits, part=part)
        main = self._main(limits)
        flaky = reruns = _NONE
        if len(self.children) > 1 or main.failure is None:
            flaky = tuple(_attempts(self.children, FLAKY, limits))
            reruns = tuple(_attempts(self.children, RERUN, limits))
            if flaky and not reruns and main.outcome.is_failing:
                main = ReportedExecution(Outcome.PASSED, main.duration_ms, None, TOLD_TO_FAIL)
        executions = (*flaky, main, *reruns) if main.outcome.is_failing else (*flaky, *reruns, main)
        line = whole(self.attrs.get("line") or self.attrs.get("lineno"))
        is_bare = main.outcome is Outcome.PASSED and len(executions) == 1
        return Sighting(
            executions[-1],
            executions[:-1],
            None if line is None else line + 1 - first_line or None,
            self._detail(limits),
            is_bare and all(child.tag in OUTPUT for child in self.children),
            part,
        )

    def _plainly_failed(self, child: Child, limits: Limits, *, part: int) -> Sighting:
        """A case with one failure and nothing else inside, as most failing cases have."""
        outcome, word = _gravest([child])
        told = _texts(child, limits) if outcome.is_failing else None
        time = PASSES[self.attrs["time"]].duration_ms
        return Sighting(ReportedExecution(outcome, time, told, word), part=part)

    def _main(self, limits: Limits) -> ReportedExecution:
        outcome, word = self._outcome()
        duration = seconds_as_ms(self.attrs.get("time") or self.attrs.get("duration"))
        execution = ReportedExecution(outcome, duration, None, word)
        if not outcome.is_failing:
            return execution
        output = "\n".join(c.text.text() for c in self.children if c.tag in OUTPUT)
        for child in self.children:
            if child.tag in FAILING:
                said = ReportedExecution(FAILING[child.tag], duration, _texts(child, limits), word)
                execution = merged(execution, said) if execution.failure else said
        told = execution.failure or Failure()
        if output and not output.isspace():
            told = told._replace(
                output=told.output or failure(limit=limits.max_text, output=output).output
            )
        return execution._replace(outcome=outcome, failure=told)

    def _outcome(self) -> tuple[Outcome, str | None]:
        failing = [child for child in self.children if child.tag in FAILING]
        status = (self.attrs.get("status") or self.attrs.get("result") or "").lower()
        by_word = _WORDS.get(status)
        skip = next((child for child in self.children if child.tag in SKIPPED), None)
        if status in _OVERRULING:
            return Outcome.SKIPPED, status
        if skip is not None and skip.attrs.get("type") == "todo":
            return Outcome.SKIPPED, "todo"
        if failing:
            return _gravest(failing)
        if skip is not None:
            return _skipped(skip)
        if by_word is None:
            return Outcome.PASSED, None
        return by_word, status

    def _detail(self, limits: Limits) -> CaseDetail | None:
        artifacts = tuple(
            (found.rsplit("/", 1)[-1], found)
            for child in self.children
            if child.tag in OUTPUT and "[[ATTACHMENT|" in (text := child.text.text())
            for found in map(safe_link, _ATTACHMENT.findall(text))
            if found
        )
        if not self.properties and not artifacts:
            return None
        tags = tuple(value for name, value in self.properties if name.lower() in ("tag", "tags"))
        return CaseDetail(tags=tags, properties=tuple(self.properties), artifacts=artifacts)

    def add_property(self, name: str, value: str) -> None:
        """Keep a property, as far as there is room."""
        if name and len(self.properties) < PROPERTIES_MOST:
            self.properties.append(property_of(name, value))


def _gravest(failing: list[Child]) -> tuple[Outcome, str | None]:
    """An error before a failure before what PHPUnit calls errors and is none."""
    if len(failing) == 1 and "\\" not in failing[0].attrs.get("type", ""):
        return FAILING[failing[0].tag], None
    types = [child.attrs.get("type", "").rpartition("\\")[2] for child in failing]
    mild = [_MILD[kind] for kind in types if kind in _MILD]
    if len(mild) == len(failing):
        return mild[0]
    tags = {c.tag for c, kind in zip(failing, types, strict=True) if kind not in _MILD}
    return (Outcome.ERRORED if "error" in tags else Outcome.FAILED), None


def _skipped(skip: Child) -> tuple[Outcome, str | None]:
    message = skip.attrs.get("message", "")
    for beginning, outcome, word in _FALSELY_SKIPPED:
        if message.startswith(beginning):
            return outcome, word
    is_xfail = skip.attrs.get("type") == "pytest.xfail"
    return Outcome.SKIPPED, "xfail" if is_xfail else None


def _texts(child: Child, limits: Limits) -> Failure:
    text = child.text.text()
    trace = child.trace.text() if child.trace is not None else text
    message = child.attrs.get("message")
    if not message:
        message = text.strip().split("\n", 1)[0]
    output = child.output.text() if child.output is not None else None
    return failure(
        limit=limits.max_text,
        type=child.attrs.get("type"),
        message=message,
        trace=trace,
        output=output,
    )


def _attempts(
    children: list[Child], outcomes: Mapping[str, Outcome], limits: Limits
) -> Iterator[ReportedExecution]:
    for child in children:
        if child.tag in outcomes:
            duration = seconds_as_ms(child.attrs.get("time"))
            yield ReportedExecution(outcomes[child.tag], duration, _texts(child, limits))
