"""What GitHub's pushes come to."""

import pytest

from app.core.asking import QueueName
from app.core.deliveries import (
    Pushed,
    PushSeen,
    Taken,
)
from app.core.requests import (
    ReadProposedPolicy,
    ReadRepositoryFiles,
)
from tests.bots.github.hooked import (
    ACME,
    BASE,
    HEAD,
    SHOP,
    of_repository,
    take,
)


def push(**more: object) -> dict[str, object]:
    """A push of one commit that changes a file of the shop."""
    commit = {"id": HEAD, "added": [], "modified": ["shop/cart.py"], "removed": []}
    told: dict[str, object] = {
        "ref": "refs/heads/main",
        "deleted": False,
        "created": False,
        "forced": False,
        "commits": [commit],
    }
    body = of_repository("", **(told | more))
    del body["action"]  # a push has none
    return body


@pytest.mark.parametrize("kind", ["added", "modified", "removed"])
@pytest.mark.parametrize(
    "path", [".flakeguard.yml", "CODEOWNERS", "docs/CODEOWNERS", ".github/CODEOWNERS"]
)
def test_a_push_that_touches_what_says_how_we_work_has_it_read(kind: str, path: str) -> None:
    told = take("push", push(commits=[{"id": BASE}, {kind: ["a.py", path]}]))

    came = PushSeen(500, (Pushed(BASE, "", frozenset()),))
    assert told == Taken((ACME, SHOP, came), ((QueueName.HISTORY, ReadRepositoryFiles(500)),))


@pytest.mark.parametrize(
    "more", [{"forced": True}, {"created": True}, {"commits": [{"id": HEAD}] * 2_048}]
)
def test_a_push_that_does_not_tell_all_that_it_changes_has_it_read(more: dict[str, object]) -> None:
    assert take("push", push(**more)).requests == ((QueueName.HISTORY, ReadRepositoryFiles(500)),)


@pytest.mark.parametrize(
    "more",
    [
        {"ref": "refs/heads/more", "commits": [{"added": ["CODEOWNERS"]}]},
        {"ref": "refs/tags/main", "forced": True},
        {"deleted": True, "forced": True},
    ],
)
def test_a_push_elsewhere_comes_to_nothing(more: dict[str, object]) -> None:
    assert take("push", push(**more)) == Taken()


def test_a_push_to_another_branch_that_touches_the_policy_has_it_read_there() -> None:
    told = take("push", push(ref="refs/heads/more/of", commits=[{"modified": [".flakeguard.yml"]}]))

    assert told.requests == ((QueueName.HISTORY, ReadProposedPolicy(500, "more/of")),)


def test_a_push_tells_its_commits_with_what_they_change_and_say() -> None:
    commit = {"id": HEAD, "message": "Wait for the mail, #12", "modified": ["shop/cart.py"]}

    told = take("push", push(commits=[commit]))

    came = Pushed(HEAD, "Wait for the mail, #12", frozenset({"shop/cart.py"}))
    assert told == Taken((ACME, SHOP, PushSeen(500, (came,))))
