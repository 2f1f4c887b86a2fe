"""Messages about many cases: within Slack's limits whatever these are called, and truthful."""

from datetime import UTC, datetime
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.digests import Turn, Turns
from app.core.evidence import Evidence, EvidenceKind, evidence
from app.core.publishing import ChatMessage
from app.core.quarantine import Quarantine, QuarantineState
from app.core.quarantine_reports import QuarantineReport
from app.render import elsewhere, words
from app.render.broken import BrokenLine, BrokenView, broken_message
from app.render.notices import (
    EACH,
    LISTED,
    ProposalLine,
    ProposalsView,
    notice_reply,
    proposals_message,
    spike_message,
)
from app.render.quarantine_reports import report_message
from app.render.words import broken as words_broken
from app.render.words import decisions
from app.render.words import notices as said
from tests.render.reading import HOSTILE, names
from tests.render.test_chat import accepted, texts

AT = datetime(2026, 11, 20, 12, tzinfo=UTC)
HANDLE = "1f4-Zk3v9Q"
LONG = "&<>" * 4_000
PAGE = "https://flakes.example.com/r/acme/shop"


def line(name: str, nth: int = 1, *, decided: str | None = None) -> ProposalLine:
    return ProposalLine(nth, name, f"{PAGE}/cases/{nth}", 0.97, f"Failed, says {name}.", decided)


def proposals(*lines: ProposalLine) -> ChatMessage:
    return proposals_message(ProposalsView("acme/shop", PAGE, lines), HANDLE)


def many(name: str, number: int) -> ChatMessage:
    """As many that wait, and as many that are decided."""
    waiting = [line(name, nth + 1) for nth in range(number)]
    rest = [line(name, number + nth + 1, decided=f"Said by {name}.") for nth in range(number)]
    return proposals(*waiting, *rest)


@pytest.mark.parametrize("number", [1, EACH // 2, EACH, LISTED, 3 * LISTED])
@pytest.mark.parametrize("name", [*HOSTILE, LONG])
def test_no_name_pings_links_or_breaks_a_limit(name: str, number: int) -> None:
    found = [
        many(name, number),
        notice_reply(said.approved(name, [name] * 9), "h", about=name, undo=f"{HANDLE}:7"),
        spike_message(name, name, is_over=False, page_url=PAGE, handle=HANDLE),
    ]

    for message in found:
        shown = "".join([message.text, *texts(accepted(message))])
        for hostile in ("<!", "<@", "<#", "<http"):
            assert hostile not in shown.replace(f"<{PAGE}", "")


@given(st.lists(names, min_size=1, max_size=2 * EACH))
def test_any_names_keep_within_slacks_limits(found: list[str]) -> None:
    accepted(proposals(*(line(name, nth) for nth, name in enumerate(found, 1))))


def test_a_list_says_truthfully_what_it_leaves_out_and_its_buttons_stop_there() -> None:
    message = many(LONG, 100)

    [actions] = [block for block in accepted(message) if block["type"] == "actions"]
    lines = [text for text in texts(accepted(message)) if "0.97" in text]
    shown = "\n".join(lines).count("•")
    assert f"and {100 - shown} more" in texts(accepted(message))
    assert [(one["text"]["text"], one["value"]) for one in actions["elements"]] == [
        (f"Approve these {shown}", f"{HANDLE}:{shown}"),
        (f"Decline these {shown}", f"{HANDLE}:{shown}"),
    ]


def test_what_stands_in_slack_is_said_alike_outside_it() -> None:
    decision = Quarantine(1, UUID(int=1), QuarantineState.ACTIVE, "", "@ann", AT, AT, AT)
    message = proposals(line("adds"), line("takes", 2, decided=said.stood(decision)))

    for body in (elsewhere.markdown(message), elsewhere.plain(message)):
        plain = body.replace("\\", "").replace("\u200b", "")
        assert "1 test is proposed for quarantine." in plain
        assert "Flaky with probability 0.97. Failed, says adds." in plain
        assert decisions.stands(decision, now=AT) in plain


@pytest.mark.parametrize(
    ("number", "title"),
    [
        (1, "1 test is proposed for quarantine."),
        (2, "2 tests are proposed for quarantine."),
    ],
)
def test_the_title_counts_what_waits(number: int, title: str) -> None:
    lines = [line("adds", nth + 1) for nth in range(number)]

    assert proposals(*lines, line("x", 9, decided="Done.")).text == f"*acme/shop*: {title}"


def broken(name: str, number: int) -> ChatMessage:
    """As many cases, each by another commit, and as many that are mended."""
    lines = [
        BrokenLine(
            name=name,
            url=f"{PAGE}/cases/{nth}",
            since=f"Has failed on {name}.",
            culprit=culprit(name, nth // 3),
            is_broken=nth % 2 == 0,
            was_held=True,
        )
        for nth in range(number)
    ]
    view = BrokenView("acme/shop", name, tuple(lines), PAGE, "https://github.example/a/b", False)
    return broken_message(view, HANDLE)


def culprit(name: str, nth: int) -> Evidence | None:
    if nth == 0:
        return None
    return evidence(
        EvidenceKind.CULPRIT,
        passed=name,
        since=name,
        commits=3,
        commit=f"{nth:07}",
        author=name,
        p=0.8,
        second=None,
        second_p=None,
        range=None,
    )


@pytest.mark.parametrize("number", [1, 8, 200])
@pytest.mark.parametrize("name", [*HOSTILE, LONG])
def test_a_broken_branch_breaks_no_limit_and_calls_nobody(name: str, number: int) -> None:
    message = broken(name, number)

    shown = "".join([message.text, *texts(accepted(message))])
    shown = shown.replace(f"<{PAGE}", "").replace("<https://github.example/", "")
    for hostile in ("<!", "<@", "<#", "<http"):
        assert hostile not in shown


def test_a_culprit_is_said_in_the_same_words_everywhere() -> None:
    message = broken("main", 6)
    known = culprit("main", 1)
    assert known is not None

    for body in (elsewhere.markdown(message), elsewhere.plain(message)):
        plain = body.replace("\\", "").replace("\u200b", "")
        assert words.evidence_sentence(known) in plain
        assert words_broken.is_broken("main", 3) in plain


@pytest.mark.parametrize("name", [*HOSTILE, LONG])
def test_a_report_of_quarantine_breaks_no_limit_and_calls_nobody(name: str) -> None:
    turns = Turns((Turn(UUID(int=1), name, AT),) * 6, 90)
    told = QuarantineReport("acme/shop", 7, 3, 12, 2, turns, turns)

    message = report_message(told, public_url="https://flakes.example.com", handle=HANDLE)

    shown = "".join([message.text, *texts(accepted(message))]).replace(f"<{PAGE}", "")
    for hostile in ("<!", "<@", "<#", "<http"):
        assert hostile not in shown
    assert "and 84 more" in shown
