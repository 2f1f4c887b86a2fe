"""Links to our pages in Slack: unfolded where the channel is bound, else for a reader alone."""

import json
from uuid import UUID

import pytest
from slack_sdk.models.blocks import Block

from app.sandbox.slack.limits import check_blocks
from tests.bots.slack.console import OURS, Console

PAGES = f"{OURS}/r/acme/shop"


@pytest.fixture
def case_id(console: Console) -> UUID:
    console.slack.unfurl_domains = {"flakes.example.com"}
    console.link("rita", "rita")
    return console.flaky("<!channel>")


def share(console: Console, user: str, *urls: str) -> list[dict[str, object]]:
    """What the links of a message show to all, each seen to be what Slack takes."""
    message = console.slack.share(console.channel, user, f"see {' '.join(urls)} please")
    console.office.work()
    assert console.rows("SELECT count(*) FROM task WHERE parked_at IS NOT NULL") == [(0,)]
    for one in message.attachments:
        accepted(one["blocks"])
    return message.attachments


def accepted(found: object) -> str:
    blocks = json.loads(json.dumps(found))
    for block in Block.parse_all(blocks):
        block.validate_json()
    check_blocks(blocks)
    assert "<!" not in json.dumps(blocks)
    return json.dumps(blocks, ensure_ascii=False).replace("\u200b", "")


def whispers(console: Console) -> list[str]:
    return [accepted(one.blocks) for one in console.slack.ephemeral]


def test_in_a_bound_channel_each_kind_of_page_unfolds_for_all(
    console: Console, case_id: UUID
) -> None:
    console.bind()
    run = console.world.run(console.repo)
    outage = console.world.outage(run, case_id)
    report = console.world.report(run)
    cluster = console.world.cluster(run, report, case_id, "<!channel> boom")

    shown = share(
        console,
        "stranger",
        PAGES,
        f"{PAGES}/cases/{case_id}?page=2",
        f"{PAGES}/outages/{outage}",
        f"{PAGES}/clusters/{cluster}",
    )

    told = [accepted(one["blocks"]) for one in shown]
    assert [one["from_url"] for one in shown][:2] == [PAGES, f"{PAGES}/cases/{case_id}?page=2"]
    assert "*Flaky*\\n1" in told[0]
    assert "Flaky with probability" in told[1]
    assert "failed together" in told[2]
    assert "in acme/shop" in told[3]
    assert whispers(console) == []


def test_elsewhere_a_linked_reader_sees_it_alone(console: Console, case_id: UUID) -> None:
    shown = share(console, "rita", f"{PAGES}/cases/{case_id}")

    assert shown == []
    [told] = whispers(console)
    assert "Flaky with probability" in told
    assert "only you see what the link leads to" in told
    assert console.slack.ephemeral[0].only_for == console.slack.member("rita").id


@pytest.mark.parametrize("user", ["stranger", "rita"])
def test_what_may_not_be_read_or_is_not_there_unfolds_to_nothing(
    console: Console, case_id: UUID, user: str
) -> None:
    vault = console.add_repository("acme/vault", bob="admin")
    hidden = console.flaky("test_secret", vault)
    console.bind(vault, team="T0OTHER")

    shown = share(
        console,
        user,
        f"{OURS}/r/acme/vault/cases/{hidden}",
        f"{OURS}/r/acme/vault",
        f"{OURS}/r/acme/nothing",
        f"{PAGES}/outages/999",
        f"{PAGES}/cases/00000000-0000-0000-0000-000000000001",
        f"{OURS}/account",
    )

    assert shown == []
    assert whispers(console) == []


def test_a_reader_in_a_channel_without_us_or_a_message_that_is_gone_parks_nothing(
    console: Console, case_id: UUID
) -> None:
    console.slack.channel(console.channel).has_bot = False
    share(console, "rita", PAGES)
    console.slack.channel(console.channel).has_bot = True
    console.bind()
    message = console.slack.share(console.channel, "rita", PAGES)
    console.slack.messages.remove(message)
    console.office.work()

    assert console.rows("SELECT count(*) FROM task WHERE parked_at IS NOT NULL") == [(0,)]
    assert whispers(console) == []
