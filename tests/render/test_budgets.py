"""Thousands of failures with hostile names, within the limits of GitHub and truthfully counted."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.core.decide import Cause
from app.render.check import ANNOTATIONS_AT_MOST, check_run
from app.render.markdown import check_summary, comment_body
from app.render.run_view import FailedCase, run_view
from app.render.view import RunView
from tests.render.reading import HOSTILE, Tags, names, read, tokens_of
from tests.render.views import MARKER, PAGES, case, facts, job

SUMMARY_BYTES = 65_535
COMMENT_CHARACTERS = 65_536
LINK = f"[All of it on FlakeGuard]({PAGES}/r/shop/cart)"
LEFT_OUT = re.compile(r"^And (\d+) more, which GitHub's limits leave no room for here\.$", re.M)


def failing(
    count: int, *causes: Cause, of: list[str] | None = None, message: str | None = None
) -> list[FailedCase]:
    """So many failed cases, by turns of these causes and names."""
    called = of or ["cart::test_{}"]
    return [
        case(
            called[number % len(called)].replace("{}", str(number)),
            causes[number % len(causes)],
            number=number,
            message=message,
        )
        for number in range(count)
    ]


def shown(view: RunView) -> list[str]:
    """The summary and the comment, within their limits and in order."""
    summary, comment = check_summary(view), comment_body(view, MARKER)
    assert len(summary.encode()) <= SUMMARY_BYTES
    assert len(comment) <= COMMENT_CHARACTERS
    assert len(comment.encode("utf-16-le")) // 2 <= COMMENT_CHARACTERS
    for text in (summary, comment):
        assert "html_inline" not in read(text).kinds
        assert _left_open(text) == []
    return [summary, comment]


def told_of(text: str) -> int:
    """How many cases and jobs the text speaks of: those it lists, and those it leaves out."""
    items = sum(token.type == "list_item_open" for token in tokens_of(text))
    left_out = LEFT_OUT.search(text)
    return items + (int(left_out[1]) if left_out else 0)


@pytest.mark.parametrize("count", [0, 1, 40, 150, 2000])
@pytest.mark.parametrize(
    "causes",
    [(Cause.NEW,), (Cause.FLAKY,), (Cause.BROKEN, Cause.NEW), tuple(Cause)],
    ids=["new", "flaky", "broken and new", "all"],
)
def test_every_failure_is_listed_or_counted(count: int, causes: tuple[Cause, ...]) -> None:
    view = run_view(facts(*failing(count, *causes, message="assert 1 == 2 " * 20)))

    for text in shown(view):
        assert told_of(text) == count
        assert text.endswith(LINK)
        assert bool(LEFT_OUT.search(text)) == (count > 40)


def test_hostile_names_by_the_thousand_break_nothing() -> None:
    cases = failing(2500, *Cause, of=HOSTILE, message="".join(HOSTILE[:12]))
    warnings = tuple(f"A warning of {name}" for name in HOSTILE)
    refusals = tuple((name[:300], f"Line 1 has {name[:300]}.") for name in HOSTILE)
    view = run_view(facts(*cases, jobs=(job(HOSTILE[0]),), warnings=warnings, refusals=refusals))

    for text in shown(view):
        assert told_of(text) == 2500 + len(refusals)
        assert not {"image", "code_block", "heading_6"} & read(text).kinds
        assert all(link.startswith(("https://github.com/", PAGES)) for link in read(text).links)


def test_what_needs_you_comes_before_what_does_not() -> None:
    cases = [*failing(1000, Cause.FLAKY), case("the::one", Cause.NEW, number=5000)]

    for text in shown(run_view(facts(*cases))):
        assert text.index("the::one") < text.index("Known flaky")


def test_the_head_of_a_folded_part_counts_all_of_it() -> None:
    view = run_view(facts(*failing(1000, Cause.FLAKY)))

    for text in shown(view):
        assert "Known flaky: 1\u202f000 cases failed" in text


def test_nothing_is_folded_of_which_nothing_fits() -> None:
    cases = [*failing(800, Cause.NEW), *failing(800, Cause.FLAKY)]

    for text in shown(run_view(facts(*cases))):
        assert "<details>" not in text


def test_a_name_in_wide_characters_counts_by_its_bytes() -> None:
    view = run_view(facts(*failing(600, Cause.NEW, of=["日本語のテスト" * 20 + "{}"])))

    summary, _ = shown(view)

    assert len(summary) < len(summary.encode()) <= SUMMARY_BYTES


@settings(max_examples=12)
@given(st.lists(names, min_size=1, max_size=6), st.integers(1, 120), st.sampled_from(Cause))
def test_any_names_in_any_number_stay_within_the_limits(
    called: list[str], count: int, cause: Cause
) -> None:
    view = run_view(facts(*failing(count, cause, Cause.NEW, of=called)))

    for text in shown(view):
        assert told_of(text) == count


def test_the_branch_of_a_repository_is_a_name_like_any_other() -> None:
    view = run_view(
        facts(case("a", Cause.BROKEN), branch="<img/src=x>@ada#1</summary>", public_url=None)
    )

    for text in shown(view):
        assert not re.search(r"@ada|#1\b", text)


def test_annotations_are_fifty_at_most_and_stand_at_file_and_line() -> None:
    cases = [
        *failing(80, Cause.NEW, Cause.UNKNOWN, Cause.FLAKY),
        case("no file", file=None, number=900),
        case("no line", line=None, number=901),
    ]
    view = run_view(facts(*cases))

    annotations = check_run(view).annotations

    assert len(annotations) == ANNOTATIONS_AT_MOST == 50
    assert [one.title for one in annotations] == [
        line.name for line in view.needs_you if line.file and line.line
    ][:50]
    assert {(one.path, one.line) for one in annotations} == {("tests/test_cart.py", 12)}


@pytest.mark.parametrize("name", HOSTILE)
def test_an_annotation_keeps_within_its_limits(name: str) -> None:
    view = run_view(facts(case(name, message=name * 20)))

    (annotation,) = check_run(view).annotations

    assert len(annotation.title) <= 255
    assert 0 < len(annotation.message.encode()) <= 65_536
    assert annotation.message.startswith("Passed in the last 9 runs on main.\n")


def test_an_annotation_without_words_says_that_it_failed() -> None:
    view = run_view(facts(case("a", Cause.OUTAGE, message=None)))

    assert check_run(view).annotations == ()

    on_main = run_view(facts(case("a", Cause.UNKNOWN, message=None)))
    assert check_run(on_main).annotations[0].message == (
        "Never seen before, so there is nothing to compare with."
    )


def test_the_title_stays_within_its_limit_on_the_longest_branch() -> None:
    view = run_view(facts(case("a", Cause.BROKEN), branch="b" * 255))

    assert len(check_run(view).title) <= 255


def _left_open(text: str) -> list[str]:
    """What the HTML of a text leaves open, all of which is ours."""
    html = "".join(token.content for token in tokens_of(text) if token.type == "html_block")
    open_tags: list[str] = []
    for tag in Tags(html.replace(MARKER, "")).tags:
        assert tag.removeprefix("/") in {"details", "summary"}
        if not tag.startswith("/"):
            open_tags.append(tag)
        elif not open_tags or open_tags.pop() != tag[1:]:
            return [tag]
    return open_tags
