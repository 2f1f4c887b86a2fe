"""How often GitHub is asked for one run: as seldom as can be, and as the docs list it."""

import re
from pathlib import Path

from tests.bots.front import FAILURE, FLAKY, GREEN, HEAD, Front

DOCS = Path(__file__).parents[2] / "docs" / "architecture.md"
ENDED = [
    "GET actions/runs/{run}/attempts/{attempt}/jobs",
    "GET actions/runs/{run}/artifacts",
    "GET actions/artifacts/{id}/zip",
]
JUDGED = ["PATCH check-runs/{id}", "PATCH issues/comments/{id}"]
FIRST = [
    "GET commits/{sha}/check-runs",
    "POST check-runs",
    *ENDED,
    "GET pulls/{number}/files",
    "GET commits",
    "PATCH check-runs/{id}",
    "GET issues/{number}/comments",
    "POST issues/{number}/comments",
]
PARTS = (
    (HEAD, "{sha}"),
    (r"/attempts/\d+", "/attempts/{attempt}"),
    (r"runs/\d+(?=/a)", "runs/{run}"),
    (r"(pulls|issues)/\d+", r"\1/{number}"),
    (r"(check-runs|comments|artifacts)/\d+", r"\1/{id}"),
)


def asked(front: Front) -> list[str]:
    """What GitHub counts of what it was asked since we looked last, without what is its own."""
    told = [one.rpartition(" > ")[0] for one in front.office.shop.asked()]
    front.office.shop.forget_requests()
    short = [one.replace("/repos/acme/shop/", "") for one in told if "/repos/" in one]
    for found, name in PARTS:
        short = [re.sub(found, name, one) for one in short]
    return short


def test_a_run_costs_what_the_docs_say(front: Front) -> None:
    front.turn_flaky()
    asked(front)

    front.run_pull({FLAKY: FAILURE, **GREEN})
    first = asked(front)
    front.run_pull({FLAKY: None, **GREEN}, number=951)
    second = asked(front)

    assert first == FIRST
    assert second == [*JUDGED, *ENDED, *JUDGED]
    listed = set(re.findall(r"`([A-Z]+ [^`]+)`", DOCS.read_text()))
    assert {*first, *second} <= listed
