"""The windows that buttons open: a form to quarantine with, and all that is known of a case."""

from collections.abc import Sequence
from dataclasses import dataclass

from app.core.chat_buttons import ChatButton
from app.core.pages import CaseLine, FailureText
from app.core.quarantine import REASON_LIMIT
from app.render import escape
from app.render.blocks import NAME, Block, context, fields, plain_text, section
from app.render.slack_answers import evidence_of, failure_said, figures_of
from app.render.words import slack_windows as said

TITLE_LIMIT = 24  # characters of a window's title. Source: Slack, views
OWNER_LIMIT = 120  # characters that may be typed
FAILURES_SHOWN = 3
REASON, DAYS, OWNER = "reason", "days", "owner"  # ids of the inputs and of their blocks


@dataclass(frozen=True, slots=True)
class Form:
    """A quarantine as it is asked for: the case, and what is filled in already."""

    button: ChatButton
    name: str  # raw
    repository: str
    value: str  # opaque, comes back with what is sent
    owner: str | None
    most_days: int


@dataclass(frozen=True, slots=True)
class Why:
    """All that is held of a case, and what its last failures said."""

    name: str  # raw
    repository: str
    held: CaseLine | None
    failures: Sequence[FailureText]


def loading() -> Block:
    """What stands in a window for the moment that it takes to look."""
    return _window(said.WAIT_TITLE, [section(said.wait())])


def told(text: str) -> Block:
    """A window that only says something; `text` is mrkdwn of ours."""
    return _window(said.TOLD_TITLE, [section(text)])


def form(asked: Form) -> Block:
    """Reason, days and owner of a quarantine."""
    is_new = asked.button is ChatButton.QUARANTINE
    name, where = escape.slack(asked.name, limit=NAME), escape.slack(asked.repository)
    blocks = [
        section(f"*{name}* in {where}"),
        _input(REASON, said.reason_label(), _reason(), hint=None, optional=is_new),
        _input(DAYS, said.days_label(), _days(asked.most_days), hint=said.days_hint()),
        _input(OWNER, said.owner_label(), _owner(asked.owner), hint=said.owner_hint()),
    ]
    title = said.QUARANTINE_TITLE if is_new else said.RENEW_TITLE
    made = _window(title, blocks)
    return made | {
        "callback_id": asked.button.value,
        "private_metadata": asked.value,
        "submit": plain_text(title, limit=TITLE_LIMIT),
    }


def why(asked: Why) -> Block:
    """All evidence, and the last failures' messages."""
    name, where = escape.slack(asked.name, limit=NAME), escape.slack(asked.repository)
    blocks = [section(f"*{name}* in {where}")]
    if asked.held is None:
        return _window(said.WHY_TITLE, [*blocks, context(said.nothing_held())])
    blocks.append(fields(figures_of(asked.held)))
    sentences = evidence_of(asked.held.evidence)
    blocks += [section(f"• {sentence}") for sentence in sentences]
    blocks += [section(failure_said(one)) for one in asked.failures[:FAILURES_SHOWN]]
    return _window(said.WHY_TITLE, blocks)


def _window(title: str, blocks: Sequence[Block]) -> Block:
    return {
        "type": "modal",
        "title": plain_text(title, limit=TITLE_LIMIT),
        "close": plain_text(said.CLOSE, limit=TITLE_LIMIT),
        "blocks": list(blocks),
    }


def _input(
    name: str, label: str, element: Block, *, hint: str | None, optional: bool = True
) -> Block:
    made: Block = {
        "type": "input",
        "block_id": name,
        "optional": optional,
        "label": plain_text(label, limit=200),
        "element": element | {"action_id": name},
    }
    return made if hint is None else made | {"hint": plain_text(hint, limit=200)}


def _reason() -> Block:
    return {"type": "plain_text_input", "multiline": True, "max_length": REASON_LIMIT}


def _days(most: int) -> Block:
    return {
        "type": "number_input",
        "is_decimal_allowed": False,
        "min_value": "1",
        "max_value": str(most),
    }


def _owner(owner: str | None) -> Block:
    made: Block = {"type": "plain_text_input", "max_length": OWNER_LIMIT}
    return made | {"initial_value": owner[:OWNER_LIMIT]} if owner else made
