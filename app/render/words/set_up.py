"""What the page of setting up says: a step for each thing that has to happen, in its order."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from app.core.credentials import AppInUse
from app.core.set_up import Progress
from app.render import words
from app.render.escape import plain
from app.render.words import grants as words_grants

FILES_SHOWN = 8


class StepState(StrEnum):
    """How a step stands; the names are those of its style."""

    DONE = "done"
    WAITING = "waiting"  # the next thing to happen
    WRONG = "wrong"  # something came, and not what was needed
    LATER = "later"


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that has to happen."""

    title: str
    state: StepState
    sentence: str
    wants_snippet: bool = False  # whether the workflow's lines help


def steps(app: AppInUse, seen: Progress) -> list[Step]:
    """Every step; the first that is not done waits, unless something came that was wrong."""
    found: list[Step] = []
    is_open = True
    for step in _each(app, seen):
        if step.state is StepState.WAITING and not is_open:
            found.append(Step(step.title, StepState.LATER, ""))
            continue
        found.append(step)
        is_open = is_open and step.state is StepState.DONE
    return found


def _each(app: AppInUse, seen: Progress) -> Iterator[Step]:
    yield _app(app)
    yield _installed(seen)
    yield _delivery(seen)
    yield _run(seen)
    yield _artifact(seen)
    yield _report(seen)


def _app(app: AppInUse) -> Step:
    title = "The GitHub App"
    if app.fault:
        return Step(title, StepState.WRONG, app.fault)
    if not app.is_set_up:
        return Step(title, StepState.WAITING, "Make it below: GitHub asks for no more than a name.")
    name = plain(app.name) if app.name else f"App {app.app_id}"
    whose = "kept here, encrypted" if app.is_stored else "set in the environment"
    return Step(title, StepState.DONE, f"{name} is set up; its credentials are {whose}.")


def _installed(seen: Progress) -> Step:
    title = "Installed on repositories"
    if seen.accounts:
        names = ", ".join(plain(one) for one in seen.accounts)
        wrong = [words_grants.of_account(*one) for one in seen.lacking]
        if seen.suspended:
            wrong.append(words_grants.suspended(seen.suspended))
        if wrong:
            return Step(title, StepState.WRONG, " ".join([f"On {names}.", *wrong]))
        return Step(title, StepState.DONE, f"On {names}.")
    return Step(title, StepState.WAITING, "Install it on one repository or more; GitHub tells us.")


def _delivery(seen: Progress) -> Step:
    title = "The first webhook"
    if seen.first_delivery_at is not None:
        return Step(title, StepState.DONE, f"Arrived at {words.minute(seen.first_delivery_at)}.")
    return Step(
        title,
        StepState.WAITING,
        "Nothing has arrived. The App's page, under Advanced, Recent deliveries, shows what GitHub "
        "sent and what it was answered: 202 is right, 401 means that the webhook secrets differ.",
    )


def _run(seen: Progress) -> Step:
    title = "The first finished run"
    if seen.first_run_at is not None:
        return Step(title, StepState.DONE, f"Read at {words.minute(seen.first_run_at)}.")
    return Step(title, StepState.WAITING, "Push to a repository with a workflow, or run one again.")


def _artifact(seen: Progress) -> Step:
    title = "The first artifact"
    if seen.first_artifact_at is not None:
        return Step(title, StepState.DONE, f"Read at {words.minute(seen.first_artifact_at)}.")
    if seen.bare is None:
        return Step(title, StepState.WAITING, "A run has to upload its test report.")
    return Step(
        title,
        StepState.WRONG,
        f"The run of {plain(seen.bare.workflow)} in {plain(seen.bare.repository)} uploaded no "
        "artifact. Add these lines to the job that runs the tests:",
        wants_snippet=True,
    )


def _report(seen: Progress) -> Step:
    title = "The first report"
    if seen.first_report_at is not None:
        return Step(title, StepState.DONE, f"Read at {words.minute(seen.first_report_at)}.")
    if seen.refused is not None:
        return Step(
            title,
            StepState.WRONG,
            f"{plain(seen.refused.path)} in {plain(seen.refused.repository)} could not be read: "
            f"{plain(seen.refused.reason, limit=600)}",
        )
    if seen.unread is not None:
        files = [plain(one) for one in seen.unread.files[:FILES_SHOWN]]
        held = f"these files were seen: {', '.join(files)}" if files else "it holds no file"
        return Step(
            title,
            StepState.WRONG,
            f"The artifact {plain(seen.unread.name)} of {plain(seen.unread.repository)} holds no "
            f"test report; {held}. Let the test runner write one, and upload it:",
            wants_snippet=True,
        )
    return Step(title, StepState.WAITING, "An artifact with the test runner's report in it.")


RUNNERS = {
    "pytest": ("pytest --junitxml=report.xml -o junit_family=xunit1", "report.xml"),
    "Jest": ("npx jest --json --outputFile=report.json", "report.json"),
    "Vitest": ("npx vitest run --reporter=json --outputFile=report.json", "report.json"),
    "Playwright": (
        "PLAYWRIGHT_JSON_OUTPUT_NAME=report.json npx playwright test --reporter=json",
        "report.json",
    ),
    "Go": ("go test -json ./... > report.jsonl", "report.jsonl"),
    "Maven": ("mvn --batch-mode verify", "**/target/surefire-reports/TEST-*.xml"),
    "Gradle": ("./gradlew test", "**/build/test-results/test/TEST-*.xml"),
    ".NET": ("dotnet test --logger trx --results-directory reports", "reports/*.trx"),
    "RSpec": ("bundle exec rspec --format json --out report.json", "report.json"),
}
"""How each runner writes a report that we read, and where that lies afterwards."""


def snippets() -> dict[str, str]:
    """The lines of a workflow that make and upload a report, by runner."""
    return {runner: _snippet(command, path) for runner, (command, path) in RUNNERS.items()}


def _snippet(command: str, path: str) -> str:
    return (
        f"- run: {command}\n"
        "- uses: actions/upload-artifact@v4\n"
        "  if: ${{ !cancelled() }}   # red runs are the ones that matter\n"
        "  with:\n"
        "    name: test-report-${{ github.job }}\n"
        f"    path: {path}"
    )
