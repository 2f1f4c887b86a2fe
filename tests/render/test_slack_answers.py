"""What commands answer and windows show: within Slack's limits whatever things are called."""

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
from slack_sdk.models.blocks import Block
from slack_sdk.models.views import View

from app.core.alike import ClusterLine
from app.core.chat_buttons import UNTOUCHED, ChatButton
from app.core.costs import Cost
from app.core.digests import DayOfFailures, Digest, Turn, Turns
from app.core.home import (
    Home,
    HomeCase,
    HomeRepository,
    OwnDigest,
    OwnTurn,
    RunningQuarantine,
    TeamQuarantine,
)
from app.core.outages import Event, Kind, Reach
from app.core.pages import (
    CaseLine,
    CaseName,
    Counts,
    FailureText,
    QuarantineLine,
    RepositoryLine,
    RunLine,
)
from app.render import (
    slack_answers,
    slack_digest,
    slack_home,
    slack_preferences,
    slack_unfurls,
    slack_windows,
)
from app.render.slack_answers import CaseTold, Standing, Told, case_line
from app.render.slack_own_digest import own_digest_message
from app.render.words import slack as words_slack
from app.sandbox.slack.limits import check_blocks, text_length
from tests.render.reading import HOSTILE

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
CASE_ID = UUID(int=12)
MOST_TEXT = 12_000
RATE = {"kind": "rate", "rate": 0.02, "low": 0.01, "high": 0.03, "runs": 61, "branch": "main"}
LONG = "&<>" * 4_000
NAMES = [*HOSTILE, LONG]


def page_of(repository: str, path: str = "") -> str:
    return f"https://flakes.example.com/r/{repository}{path}"


def line(name: str) -> CaseLine:
    return CaseLine(
        repo_id=1,
        repository="acme/shop",
        case_id=CASE_ID,
        name=CaseName("pytest", name, name, name, name, 12, (name,)),
        state="flaky",
        score=0.96,
        rate=0.02,
        rate_low=0.01,
        rate_high=0.03,
        runs=61,
        failures=4,
        flakes=2,
        first_detected_at=NOW,
        last_flake_at=NOW,
        last_failure_at=NOW,
        last_seen_at=NOW,
        broken_since=None,
        evidence=(RATE | {"branch": name},) * 12,
        quarantine=QuarantineLine("proposed", name, name, NOW, NOW),
    )


def failure(name: str) -> FailureText:
    return FailureText(NOW, name, name, name, is_cut=False)


def run(name: str) -> RunLine:
    return RunLine(
        run_id=1,
        attempt=1,
        workflow=name,
        conclusion="failure",
        branch=name,
        pr_number=None,
        head_sha="a" * 40,
        is_trusted=True,
        started_at=NOW,
        url="https://github.example/acme/shop/actions/runs/1",
        is_ingested=True,
        reports=1,
        refusals=0,
        warnings=0,
        cases=60,
        failing=2,
        remarks=(),
    )


def cluster(name: str) -> ClusterLine:
    return ClusterLine(7, name, None, name, None, 3, 2, 1, NOW, NOW)


def told(name: str) -> CaseTold:
    return CaseTold("acme/shop", name, name, line(name), None, name, NOW, failure(name), None)


def digest(name: str) -> Digest:
    turns = Turns((Turn(CASE_ID, name, NOW),) * 5, 90)
    failures = (DayOfFailures(NOW.date(), 3, 1),) * 30
    worst = (line(name),) * 5
    return Digest(name, 7, turns, turns, turns, turns, worst, Cost(), failures)


def everything(name: str) -> Mapping[str, Told]:
    """Every answer that has a name in it, as many times as it may come."""
    many = [line(name)] * 25
    repository = RepositoryLine(
        1, "acme/shop", "main", is_private=True, first_report_at=NOW, last_run_at=NOW,
        counts=Counts(1, 2, 3, 4),
    )  # fmt: skip
    standing = Standing(repository, many[:3])
    return {
        "status": slack_answers.status([standing] * 10, page_of=page_of),
        "top": slack_answers.top([name] * 3, many, page_of=page_of),
        "nothing": slack_answers.top([name], [], page_of=page_of),
        "case": slack_answers.case(told(name), now=NOW),
        "runs": slack_answers.runs(name, [run(name)] * 20),
        "clusters": slack_answers.clusters(name, [cluster(name)] * 20, page_of=page_of),
        "proposals": slack_answers.proposals(many, page_of=page_of),
        "mine": slack_answers.mine(name, many, page_of=page_of),
        "help": slack_answers.help_text(),
        "digest": slack_digest.digest(digest(name), page_of=page_of),
        "drawn": slack_digest.digest(digest(name), page_of=page_of, chart="F024BERPE"),
        "settings": slack_preferences.settings(
            [words_slack.hears(name, ("flaky",), name, name)] * 50,
            login=name,
            channel=("This channel is told a digest.",),
            me=("You are told of your tests.",),
        ),
    }


def accepted(answer: Told) -> list[dict[str, Any]]:
    """An answer's blocks, once Slack's own models and the known limits let them pass."""
    text, shown = answer
    blocks: list[dict[str, Any]] = json.loads(json.dumps(shown))
    for block in Block.parse_all(blocks):
        block.validate_json()
    check_blocks(blocks)
    assert text_length(list(blocks)) <= MOST_TEXT
    assert 0 < len(text) <= 3_000
    return blocks


def marked_up(node: object) -> list[str]:
    """Every text in which Slack reads markup; in plain text it reads none."""
    if isinstance(node, list):
        return [found for one in node for found in marked_up(one)]
    if not isinstance(node, dict):
        return []
    here = [str(node["text"])] if node.get("type") == "mrkdwn" else []
    return here + [found for one in node.values() for found in marked_up(one)]


def without_links(text: str) -> str:
    return text.replace("<https://flakes.example.com/", "").replace("<https://github.example/", "")


@pytest.mark.parametrize("name", NAMES)
def test_no_answer_pings_or_links_by_a_name_or_breaks_a_limit(name: str) -> None:
    for kind, answer in everything(name).items():
        shown = "".join(marked_up(accepted(answer)))

        for hostile in ("<!", "<@", "<#", "<http"):
            assert hostile not in without_links(shown), kind
            assert hostile not in answer[0], kind


@pytest.mark.parametrize("name", NAMES)
def test_no_window_pings_or_breaks_a_limit(name: str) -> None:
    form = slack_windows.Form(ChatButton.QUARANTINE, name, "acme/shop", "1f-x:3", name, 365)
    why = slack_windows.Why(name, "acme/shop", line(name), [failure(name)] * 5)
    windows = [
        slack_windows.form(form),
        slack_windows.why(why),
        slack_windows.loading(),
        slack_windows.told("Hello."),
    ]

    for window in windows:
        View(**json.loads(json.dumps(window))).validate_json()
        check_blocks(list(window["blocks"]), most=100)
        assert "<!" not in "".join(marked_up(window))


@pytest.mark.parametrize("name", NAMES)
def test_no_unfolded_link_pings_or_breaks_a_limit(name: str) -> None:
    event = Event(1, Kind.FIXTURE, name, NOW, NOW, None)
    reach = Reach(event, 43, 12, 3, 9, (7, 8))
    shown = {
        "outage": slack_unfurls.outage(name, reach, page_of("acme/shop", "/outages/1")),
        "cluster": slack_unfurls.cluster(name, cluster(name), None),
    }

    for blocks in (*shown.values(), slack_unfurls.whispered(shown)):
        said = "".join(marked_up(accepted(("Links", blocks))))
        for hostile in ("<!", "<@", "<#", "<http"):
            assert hostile not in without_links(said)


def full_home(name: str) -> Home:
    """A page with as much on it as there may be."""
    held = RunningQuarantine(1, CASE_ID, name, NOW, (name,), 1)
    repository = RepositoryLine(
        1, name, "main", is_private=True, first_report_at=NOW, last_run_at=NOW,
        counts=Counts(1, 2, 3, 4),
    )  # fmt: skip
    return Home(
        login=name,
        cases=(HomeCase(line(name), tuple(ChatButton)[:11], is_owned=False, seen=UNTOUCHED),) * 10,
        more_cases=3,
        held=(TeamQuarantine(name, name, held),) * 8,
        more_held=2,
        repositories=(HomeRepository(repository, (0.0, 0.5, 1.0)),) * 12,
    )


@pytest.mark.parametrize("name", NAMES)
def test_no_own_digest_pings_or_breaks_a_limit(name: str) -> None:
    turned = (OwnTurn(name, CASE_ID, name, "broken", NOW),) * 120
    told = OwnDigest(full_home(name), turned, 7)

    message = own_digest_message(told, page_of=page_of, now=NOW, handle="own-digest:1")

    said = "".join(marked_up(accepted((message.text, message.blocks))))
    for hostile in ("<!", "<@", "<#", "<http"):
        assert hostile not in without_links(said) + message.text


@pytest.mark.parametrize("name", NAMES)
def test_no_home_tab_pings_or_breaks_a_limit(name: str) -> None:
    full = full_home(name)
    empty = Home("ann", (), 0, (), 0, ())
    tabs = [
        slack_home.home(full, page_of=page_of, now=NOW, note="Done.", undo="1-case-2:3"),
        slack_home.home(empty, page_of=page_of, now=NOW),
        slack_home.unknown(),
        slack_home.unknown(note="<https://flakes.example.com/slack/link?token=x|Link>"),
    ]

    for tab in tabs:
        View(**json.loads(json.dumps(tab))).validate_json()
        check_blocks(list(tab["blocks"]), most=100)
        said = without_links("".join(marked_up(tab)))
        for hostile in ("<!", "<@", "<#", "<http"):
            assert hostile not in said


def test_a_list_says_truthfully_what_it_leaves_out() -> None:
    [last] = [one for one in everything(LONG)["top"][1][-1:] if one["type"] == "context"]

    shown = json.dumps(everything(LONG)["top"][1]).count("fails in")
    assert last["elements"][0]["text"] == f"and {25 - shown} more"


def test_a_line_of_a_list_names_the_owners_and_how_many_it_leaves_out() -> None:
    def told(*owners: str, is_own: bool = False) -> str:
        one = replace(line("pays"), quarantine=None)
        owned = replace(one, name=replace(one.name, owners=owners))
        return case_line(owned, page_of, is_own=is_own)

    assert "owned by" not in told()
    assert "owned by" not in told("@ada", is_own=True)
    assert told("@acme/cart").endswith(", owned by @acme/cart")
    assert told("@acme/cart", "@ada", "@bob").endswith(", owned by @acme/cart, @ada and others")
