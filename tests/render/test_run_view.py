"""What needs a person and what does not."""

from dataclasses import replace

import pytest

from app.core.categories import Categorized, Category, Place
from app.core.decide import Cause
from app.core.pages import Alike
from app.render.check import check_run
from app.render.run_view import FailedCase, run_view
from app.render.view import CaseLine, Conclusion, Note
from tests.render.views import GITHUB, PAGES, SHA, case, facts, job, mixed


def names(lines: tuple[CaseLine, ...]) -> list[str]:
    """What the cases are called."""
    return [line.name for line in lines]


def test_failures_are_sorted_into_what_needs_you_and_what_is_excused() -> None:
    view = mixed()

    assert names(view.needs_you) == ["cart::new", "cart::unknown"]
    assert names(view.flaky) == ["cart::flaky", "cart::kept"]
    assert names(view.broken) == ["cart::broken"]
    assert names(view.rescued) == ["cart::rescued"]
    assert [one.name for one in view.jobs] == ["lint", "results/junit.xml"]
    assert view.conclusion is Conclusion.NEUTRAL
    assert view.title == (
        "4 failures need you · 2 known flaky · 1 broken on main · 1 passed on a second try"
    )


def test_a_line_says_all_that_a_surface_needs() -> None:
    view = run_view(facts(case("cart::new"), jobs=(job(),)))

    (line,) = view.needs_you
    assert line.sentences == ("Passed in the last 9 runs on main.",)
    assert line.file_url == f"{GITHUB}/shop/cart/blob/{SHA}/tests/test_cart.py#L12"
    assert line.page_url == (f"{PAGES}/r/shop/cart/cases/00000000-0000-0000-0000-000000000001")
    assert (line.job, line.job_url) == ("test", f"{GITHUB}/shop/cart/actions/runs/7/job/1")
    assert view.page_url == f"{PAGES}/r/shop/cart"


def test_a_failure_in_a_cluster_says_what_it_names_and_who_else_fails_so() -> None:
    kind = Categorized(Category.TIMEOUT, "TimeoutError", Place.MESSAGE)
    alike = Alike(7, "TimeoutError: no", None, 4, kind)

    view = run_view(facts(replace(case("cart::new"), alike=alike)))

    (line,) = view.needs_you
    assert line.notes == (
        Note("The message names a time-out: “TimeoutError”.", None),
        Note("Same error as 4 other tests.", f"{PAGES}/r/shop/cart/clusters/7"),
    )
    summary = check_run(view).summary
    assert f"[Same error as 4 other tests.]({PAGES}/r/shop/cart/clusters/7)" in summary


def test_a_failure_alone_in_its_cluster_has_nothing_to_say_of_it() -> None:
    kind = Categorized(Category.ASSERTION, "assert", Place.MESSAGE)

    view = run_view(facts(replace(case("cart::new"), alike=Alike(7, "no", None, 0, kind))))

    assert view.needs_you[0].notes == ()


def test_without_pages_of_ours_nothing_links_to_them() -> None:
    view = run_view(facts(case("cart::new"), public_url=None))

    assert (view.page_url, view.needs_you[0].page_url) == (None, None)


def test_a_green_commit_needs_nobody() -> None:
    view = run_view(facts(jobs=(job(conclusion="success"),)))

    assert (view.title, view.conclusion) == ("All 120 cases passed", Conclusion.SUCCESS)
    assert view.is_green


def test_a_case_that_passed_on_a_second_try_is_told_and_green() -> None:
    view = run_view(facts(case("a", Cause.FLAKY, is_rescued=True)))

    assert view.title == "Nothing needs you · 1 passed on a second try"
    assert view.conclusion is Conclusion.SUCCESS
    assert view.is_green


def test_an_outage_is_not_this_changes_fault() -> None:
    view = run_view(facts(case("a", Cause.OUTAGE), jobs=(job(),)))

    assert (names(view.flaky), view.jobs) == (["a"], ())


def test_an_outage_that_no_other_change_shows_needs_you() -> None:
    one = replace(case("a", Cause.OUTAGE), is_unshared=True)

    view = run_view(facts(one, jobs=(job(),)))

    assert (names(view.needs_you), view.flaky) == (["a"], ())
    assert [note.text for note in view.needs_you[0].notes] == [
        "It looks like an outage, but no other change shows it: it may be what this one changes."
    ]


def test_a_break_is_excused_on_a_pull_request_and_needs_somebody_on_the_default_branch() -> None:
    broken = case("a", Cause.BROKEN)

    on_pr = run_view(facts(broken, jobs=(job(),)))
    on_main = run_view(facts(broken, jobs=(job(),), on_default=True))

    assert (names(on_pr.needs_you), names(on_pr.broken)) == ([], ["a"])
    assert (names(on_main.needs_you), names(on_main.broken)) == (["a"], [])
    assert on_main.title == "1 failure needs you"


def test_the_surest_bugs_come_first() -> None:
    view = run_view(
        facts(
            case("b", Cause.UNKNOWN),
            case("d", Cause.NEW, file="tests/b.py"),
            case("c", Cause.NEW, file="tests/a.py"),
            case("a", Cause.NEW, file="tests/b.py"),
        )
    )

    assert names(view.needs_you) == ["c", "a", "d", "b"]


EXCUSED = case("flake", Cause.FLAKY)
NO_REPORT = "The job build failed and left no test report: a build error, or a lost runner?"
UNEXPLAINED = "The job build failed, and none of its cases explains that."
TIMED_OUT = "The job build timed out; no failing case explains that."


@pytest.mark.parametrize(
    ("cases", "conclusion", "has_report", "sentence"),
    [
        ([], "failure", False, NO_REPORT),
        ([], "startup_failure", False, NO_REPORT),
        ([], "timed_out", False, TIMED_OUT),
        ([], "failure", True, UNEXPLAINED),
        ([EXCUSED], "failure", True, UNEXPLAINED),
        ([EXCUSED], "failure", False, NO_REPORT),
        ([case("flake", Cause.FLAKY, of=job("build", id_=5))], "timed_out", True, TIMED_OUT),
        ([case("bug", Cause.NEW, of=job("build", id_=5))], "timed_out", True, TIMED_OUT),
        (
            [case("flake", Cause.FLAKY, of=job("build", id_=5), is_rescued=True)],
            "failure",
            True,
            UNEXPLAINED,
        ),
    ],
    ids=[
        "build error",
        "start-up failure",
        "time-out",
        "no case failed",
        "an excused case failed in another job",
        "no report, and an excused case in another job",
        "time-out beside an excused case",
        "time-out beside a bug",
        "the only failure passed on a second try",
    ],
)
def test_a_red_job_that_no_failure_explains_needs_you_by_name(
    cases: list[FailedCase], conclusion: str, has_report: bool, sentence: str
) -> None:
    build = job("build", id_=5, conclusion=conclusion)
    told = {"jobs" if has_report else "without_report": (build,)}

    view = run_view(facts(*cases, **told))  # type: ignore[arg-type]

    assert [(one.name, one.sentence, one.url) for one in view.jobs] == [
        ("build", sentence, build.url)
    ]
    assert view.conclusion is Conclusion.NEUTRAL
    assert not view.is_green


@pytest.mark.parametrize("cause", [Cause.FLAKY, Cause.BROKEN, Cause.NEW, Cause.UNKNOWN])
def test_a_red_job_whose_own_case_failed_is_explained(cause: Cause) -> None:
    view = run_view(facts(case("a", cause), jobs=(job(),)))

    assert view.jobs == ()


@pytest.mark.parametrize("conclusion", ["success", "cancelled", "skipped", "neutral"])
def test_a_job_that_is_not_red_needs_nobody(conclusion: str) -> None:
    view = run_view(facts(without_report=(job(conclusion=conclusion),)))

    assert view.jobs == ()


def test_each_of_several_red_jobs_is_looked_at_by_itself() -> None:
    one, other = job("linux", id_=1), job("windows", id_=2)

    view = run_view(facts(case("flake", Cause.FLAKY, of=one), jobs=(one, other)))

    assert [line.name for line in view.jobs] == ["windows"]
    assert view.title == "1 failure needs you · 1 known flaky"


def test_a_refused_report_may_hide_failures_and_needs_you_by_name() -> None:
    view = run_view(facts(refusals=(("r/junit.xml", "The report is empty."),)))

    (line,) = view.jobs
    assert line.name == "r/junit.xml"
    assert line.sentence == (
        "The report r/junit.xml could not be read, so what it says is not counted:"
        " The report is empty."
    )
    assert line.url == f"{PAGES}/r/shop/cart"
    assert view.title == "1 failure needs you"


@pytest.mark.parametrize(
    "file", ["../../../evil/repo", "/etc/passwd", "a//b", "a\\b", "a\u202eb", "x" * 1001, "."]
)
def test_a_path_that_leads_out_of_the_repository_is_neither_linked_nor_annotated(
    file: str,
) -> None:
    view = run_view(facts(case("a", file=file)))

    assert view.needs_you[0].file_url is None
    assert check_run(view).annotations == ()


def test_an_odd_path_is_quoted_in_its_link() -> None:
    view = run_view(facts(case("a", file='tests/a b)"<é>.py', line=None)))

    assert view.needs_you[0].file_url == (
        f"{GITHUB}/shop/cart/blob/{SHA}/tests/a%20b%29%22%3C%C3%A9%3E.py"
    )
