"""One view, many surfaces: the same sentences and the same counts, wherever people look."""

from dataclasses import replace
from datetime import UTC, datetime
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.decide import Cause
from app.core.evidence import Evidence, EvidenceKind, evidence
from app.core.publishing import ChatMessage, CheckRun
from app.core.quarantine import Quarantine, QuarantineState
from app.render import elsewhere, slack_answers, words
from app.render.broken import BrokenLine, BrokenView, broken_message
from app.render.chat import ThreadView, root_message
from app.render.check import check_run
from app.render.markdown import check_summary, comment_body
from app.render.notices import ProposalLine, ProposalsView, proposals_message
from app.render.run_view import run_view
from app.render.slack_answers import CaseTold
from app.render.view import RunView
from app.render.words import decisions
from app.render.words import notices as words_notices
from app.web.answers import ENVIRONMENT
from tests.core.stories import standing
from tests.render.reading import Tags, read, tokens_of
from tests.render.test_slack_answers import line as held
from tests.render.views import MARKER, WHY, case, facts, job, mixed


def said_on_check(view: RunView) -> str:
    """The words of the check run, as a reader sees them."""
    said: CheckRun = check_run(view)
    return f"{said.title}\n{read(said.summary).words}"


def said_in_comment(view: RunView) -> str:
    """The words of the comment, as a reader sees them."""
    return read(comment_body(view, MARKER)).words


def said_in_thread(reasons: tuple[Evidence, ...]) -> str:
    """The words of a thread's root about a case with this evidence."""
    held = replace(standing("XXP"), evidence=reasons)
    view = ThreadView("shop/cart", "a", None, held, None, None, ())
    message = root_message(view, "handle")
    return "\n".join(
        str(block["text"]["text"])  # type: ignore[index]
        for block in message.blocks
        if "text" in block
    ).replace("&lt;", "<")


def said_on_page(reasons: tuple[Evidence, ...]) -> str:
    """The words of a page about a case with this evidence."""
    template = ENVIRONMENT.from_string("{% import 'parts.html' as parts %}{{ parts.why(held) }}")
    return Tags(template.render(held=[reason.to_json() for reason in reasons])).words


def test_check_and_comment_give_every_case_its_sentences_and_its_decision() -> None:
    view = mixed()

    for said in (said_on_check(view), said_in_comment(view)):
        for line in (*view.needs_you, *view.flaky, *view.broken, *view.rescued):
            assert line.name in said
            assert all(sentence in said for sentence in line.sentences)
            assert line.decision is None or line.decision in said
            assert words.CAUSE_WORDS[line.cause] in said
        for one in view.jobs:
            assert one.name in said
            assert one.sentence in said
        for warning in view.warnings:
            assert warning in said


def test_check_and_comment_bear_the_same_title() -> None:
    view = mixed()

    assert check_run(view).title == view.title
    assert said_in_comment(view).startswith(f"{view.title}For 4f2c1d9.")


@given(
    st.lists(st.sampled_from(Cause), max_size=12),
    st.lists(st.booleans(), min_size=12, max_size=12),
)
def test_the_title_counts_what_the_text_lists(causes: list[Cause], rescued: list[bool]) -> None:
    cases = [
        case(f"case{number}", cause, number=number, is_rescued=is_rescued)
        for number, (cause, is_rescued) in enumerate(zip(causes, rescued, strict=False))
    ]

    view = run_view(facts(*cases, jobs=(job(),)))

    for text in (check_summary(view), comment_body(view, MARKER)):
        listed = sum(token.type == "list_item_open" for token in tokens_of(text))
        assert listed == len(cases) + len(view.jobs)
    assert view.title == words.check_title(
        needs_you=len(view.needs_you) + len(view.jobs),
        flaky=len(view.flaky),
        broken=len(view.broken),
        rescued=len(view.rescued),
        branch="main",
        passed=view.passed,
    )
    parts = (view.needs_you, view.flaky, view.broken, view.rescued)
    assert sum(map(len, parts)) == len(cases)
    assert view.is_green == (not (view.needs_you or view.jobs or view.flaky or view.broken))


@pytest.mark.parametrize("cause", [cause for cause, reasons in WHY.items() if reasons])
def test_check_comment_thread_and_page_say_the_same_of_a_case(cause: Cause) -> None:
    view = run_view(facts(case("a", cause)))
    sentences = words.evidence_sentences(WHY[cause])

    surfaces = (
        said_on_check(view),
        said_in_comment(view),
        said_in_thread(WHY[cause]),
        said_on_page(WHY[cause]),
    )

    assert sentences
    for said in surfaces:
        for sentence in sentences:
            assert sentence in said


def said_of_broken_branch(reasons: tuple[Evidence, ...]) -> str:
    """The words of the message about a broken default branch, where this case is what fails."""
    since, culprit = reasons
    line = BrokenLine("a", None, words.evidence_sentence(since), culprit, True, False)
    view = BrokenView("shop/cart", "main", (line,), None, "https://github.com/shop/cart", False)
    return elsewhere.plain(broken_message(view, "handle"))


def test_who_broke_the_default_branch_is_said_alike_everywhere() -> None:
    culprit = evidence(
        EvidenceKind.CULPRIT,
        passed="a" * 40,
        since="c" * 40,
        commits=2,
        commit="c" * 40,
        author="mona",
        p=0.8,
        second="d" * 40,
        second_p=0.15,
        range=None,
    )
    reasons = (*WHY[Cause.BROKEN], culprit)
    told = case("a", Cause.BROKEN)
    view = run_view(facts(replace(told, finding=replace(told.finding, evidence=reasons))))

    surfaces = (
        said_on_check(view),
        said_in_comment(view),
        said_in_thread(reasons),
        said_on_page(reasons),
        said_of_broken_branch(reasons),
    )

    for said in surfaces:
        for sentence in words.evidence_sentences(reasons):
            assert sentence in said


def test_what_became_of_a_proposal_is_said_as_in_an_answer_about_the_case() -> None:
    at = datetime(2026, 3, 1, tzinfo=UTC)
    decision = Quarantine(1, UUID(int=1), QuarantineState.ACTIVE, "", "@ada", at, at, at)
    line = ProposalLine(1, "a", None, 0.97, "", words_notices.stood(decision))
    listed = proposals_message(ProposalsView("shop/cart", None, (line,)), "handle")
    told = CaseTold("shop/cart", "a", None, held("a"), decision, None, None, None, None)
    answered = ChatMessage(*slack_answers.case(told, now=at), "handle")

    for message in (listed, answered):
        assert decisions.stands(decision, now=at) in elsewhere.plain(message)


def test_a_green_commit_says_so_alike() -> None:
    view = run_view(facts(jobs=(job(conclusion="success"),)))

    assert said_on_check(view).startswith("All 120 cases passed\n120 cases passed, none failed.")
    assert "All 120 cases passed" in said_in_comment(view)
    assert "120 cases passed, none failed." in said_in_comment(view)


def test_the_whole_of_a_comment_reads_as_it_should() -> None:
    view = run_view(
        facts(
            case("cart::test_total[1]", Cause.NEW, number=1),
            case("cart::test_sum", Cause.BROKEN, number=2, message=None, file=None),
            jobs=(job(),),
            public_url=None,
        )
    )

    body = comment_body(view, MARKER)

    commit = "4f2c1d9e" * 5
    of_job = "https://github.com/shop/cart/actions/runs/7/job/1"
    in_file = f"https://github.com/shop/cart/blob/{commit}/tests/test_cart.py#L12"
    assert body.split("\n\n") == [
        MARKER,
        "### 1 failure needs you · 1 broken on main",
        "For `4f2c1d9`.",
        "#### Needs you",
        f"- **`cart::test_total[1]`** in [`tests/test_cart.py:12`]({in_file})"
        " · new with this change  \n"
        f"  [test]({of_job})  \n"
        "  Passed in the last 9 runs on main.  \n"
        "  `assert 1 == 2`",
        "<details><summary>Broken on main: 1 case fails there too</summary>",
        "\n- **`cart::test_sum`** · broken on the default branch  \n"
        f"  [test]({of_job})  \n"
        f"  Has failed on main since [{'c' * 7}](https://github.com/shop/cart/commit/{'c' * 40})"
        " (3 of 3 executions).",
        "</details>",
    ]
