"""The steps of setting up: one after the other turns green, and what is missing is said."""

from app.core.credentials import AppInUse
from app.core.set_up import BareRun, Progress, RefusedReport, UnreadArtifact
from app.render.words.set_up import StepState, snippets, steps
from tests.render.views import START

APP = AppInUse(app_id=7, private_key="k", name="Flakes", is_stored=True)
FAR = Progress(
    accounts=("acme",), first_delivery_at=START, first_run_at=START, first_artifact_at=START
)


def states(seen: Progress, app: AppInUse = APP) -> list[str]:
    return [one.state.value for one in steps(app, seen)]


def test_one_step_after_the_other_turns_green() -> None:
    assert states(Progress(), AppInUse()) == ["waiting", *["later"] * 5]
    assert states(Progress()) == ["done", "waiting", *["later"] * 4]
    assert states(FAR) == [*["done"] * 5, "waiting"]
    whole = Progress(("acme",), START, START, START, START)
    assert states(whole) == ["done"] * 6
    assert steps(APP, whole)[0].sentence == (
        "Flakes is set up; its credentials are kept here, encrypted."
    )


def test_a_run_without_an_artifact_is_told_with_the_lines_to_add() -> None:
    bare = BareRun("acme/shop", "tests", "https://github.com/x")
    seen = Progress(("acme",), START, START, bare=bare)

    step = steps(APP, seen)[4]

    assert step.state is StepState.WRONG
    assert step.wants_snippet
    assert step.sentence == (
        "The run of tests in acme/shop uploaded no artifact. Add these lines to the job that runs "
        "the tests:"
    )


def test_an_artifact_without_a_report_is_told_with_the_files_that_were_seen() -> None:
    unread = UnreadArtifact("acme/shop", "coverage", ("coverage/index.html", "a<b>.txt"))
    seen = Progress(("acme",), START, START, START, unread=unread)

    step = steps(APP, seen)[5]

    assert step.state is StepState.WRONG
    assert step.wants_snippet
    assert step.sentence == (
        "The artifact coverage of acme/shop holds no test report; these files were seen: "
        "coverage/index.html, a<b>.txt. Let the test runner write one, and upload it:"
    )


def test_a_report_that_could_not_be_read_is_told_with_why() -> None:
    refused = RefusedReport("acme/shop", "r.xml", "It ends in the middle of line 3.")
    seen = Progress(("acme",), START, START, START, refused=refused)

    assert steps(APP, seen)[5].sentence == (
        "r.xml in acme/shop could not be read: It ends in the middle of line 3."
    )


def test_what_an_account_does_not_grant_is_named() -> None:
    lacking = (("acme", ("checks", "pull_requests")),)
    seen = Progress(("acme", "globex"), START, suspended=("globex",), lacking=lacking)

    step = steps(APP, seen)[1]

    assert step.state is StepState.WRONG
    assert step.sentence == (
        "On acme, globex. acme does not grant: Checks (write), Pull requests (write). GitHub has "
        "asked its owners; they accept under Settings, GitHub Apps, FlakeGuard, Review request. "
        "Suspended by globex: nothing is read or said there until that ends."
    )


def test_every_runners_lines_upload_what_its_command_writes() -> None:
    for runner, lines in snippets().items():
        assert "actions/upload-artifact@v4" in lines, runner
        assert "if: ${{ !cancelled() }}" in lines
    assert snippets()["pytest"].startswith(
        "- run: pytest --junitxml=report.xml -o junit_family=xunit1\n"
    )
