"""A quarantine's life through the real processes: proposed, held, proven, relapsed, and undone."""

import json
from pathlib import Path
from typing import Any

import httpx
import pytest

from app.sandbox.github.entities import CheckRun
from app.settings import for_child
from tests.commands.forked import run_forked
from tests.stories.shop import FAILURE, FLAKY, GREEN, Shop, turn_flaky

pytestmark = pytest.mark.story


@pytest.fixture
def red(shop: Shop) -> CheckRun:
    """The check run of a pull request that a known flake turned red."""
    turn_flaky(shop)
    head = shop.open_pull(12, day=5)
    shop.run_on_pull(12, {**GREEN, FLAKY: FAILURE}, day=5)
    shop.stage.settle()
    [check] = shop.checks(head)
    return check


def flakeguard(shop: Shop, *arguments: str) -> list[Any]:
    """What a command of the real command line answers in JSON; then what follows is done."""
    status, said, complained = run_forked(
        [*arguments, "--json"], environ=for_child(shop.stage.settings), folder=Path.cwd()
    )
    assert (status, complained) == (0, ""), complained
    shop.stage.settle()
    return [json.loads(line) for line in said.splitlines()]


def held_by_api(shop: Shop, token: str) -> list[str]:
    answer = httpx.get(
        f"{shop.stage.address}/api/v1/repositories/{shop.repo}/quarantine",
        headers={"authorization": f"Bearer {token}", "accept": "text/plain"},
    )
    assert answer.status_code == 200
    return answer.text.splitlines()


def state(shop: Shop) -> str:
    [one] = flakeguard(shop, "quarantine", "list", shop.repo, "--all")
    return str(one["state"])


def replies(shop: Shop) -> list[str]:
    [root] = shop.threads()
    return [one.text for one in shop.stage.world.slack.thread(root.channel, root.ts)]


def test_from_proposal_to_proof_and_back(shop: Shop, red: CheckRun) -> None:
    [made] = flakeguard(shop, "token", "create", shop.repo, "--may-act")
    proposed = state(shop)

    [done] = flakeguard(shop, "quarantine", "activate", shop.repo, FLAKY, "--reason", "Waits.")
    held = held_by_api(shop, made["token"])
    excused = red.title
    for _ in range(20):
        shop.run_on_main({**GREEN, FLAKY: None}, day=6)
    shop.stage.settle()
    healed, free = state(shop), held_by_api(shop, made["token"])
    shop.flake(FLAKY, day=8, others=GREEN)
    shop.stage.settle()

    assert proposed == "proposed"
    assert done["said"].startswith("Quarantined by admin until ")
    assert held == [f"tests/test_cart.py::{FLAKY}"]
    assert excused == "Nothing needs you · 1 known flaky"
    assert (healed, free) == ("resolved", [])
    assert any(said.startswith("Healed: ") for said in replies(shop))
    assert state(shop) == "active"
    assert any(said.startswith("It flaked again, so its old quarantine") for said in replies(shop))
    steps = flakeguard(shop, "quarantine", "steps", shop.repo, FLAKY)
    assert [one["event"] for one in steps] == [
        "proposed",
        "approved",
        "fix_claimed",
        "proven",
        "flaked",
    ]
    [said] = flakeguard(shop, "accuracy", shop.repo)
    assert (said["right"], said["wrong"]) == (1, 0)


def test_an_act_of_the_command_line_is_undone_everywhere(shop: Shop, red: CheckRun) -> None:
    [plan] = flakeguard(shop, "plan", shop.repo)
    [line] = plan["cases"]
    [done] = flakeguard(shop, "quarantine", "dismiss", shop.repo, FLAKY)
    dismissed = red.title

    flakeguard(shop, "quarantine", "undo", shop.repo, str(done["event"]))

    assert dismissed == "1 failure needs you"
    assert state(shop) == "proposed"
    [case] = [one for one in shop.standings() if one.name == FLAKY]
    assert case.standing.state == "flaky"
    assert (line["name"], line["cost"]["failed_runs"]) == (f"tests.test_cart::{FLAKY}", 3)
