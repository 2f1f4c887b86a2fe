"""Messages about many cases: within Slack's limits whatever these are called, and truthful."""

from datetime import UTC, datetime
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.publishing import ChatMessage
from app.core.quarantine import Quarantine, QuarantineState
from app.render import elsewhere
from app.render.notices import (
    EACH,
    LISTED,
    ProposalLine,
    ProposalsView,
    notice_reply,
    proposals_message,
)
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
