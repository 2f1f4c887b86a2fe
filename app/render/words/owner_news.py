"""The sentences that owners of tests are told in person."""

from app.render.escape import plain
from app.render.words import counted


def one_of_yours(repo: str, name: str) -> str:
    """What a notification shows of a message about one test."""
    return f"{plain(name, limit=120)} in {plain(repo, limit=120)}"


def some_of_yours(repo: str, number: int) -> str:
    """What a message about several tests begins with."""
    return f"{counted(number, 'piece')} of news about your tests in {plain(repo, limit=120)}"


def why_you() -> str:
    """Why somebody is told, and how not to be."""
    return "You are told because these tests are yours. `/flakeguard settings me off` ends that."


def are_told() -> str:
    """That somebody is told of their tests."""
    return "You are told of your tests in direct messages; `/flakeguard settings me off` ends that."


def are_not_told() -> str:
    """That somebody is not."""
    return (
        "You are told nothing of your tests in direct messages; "
        "`/flakeguard settings me on` begins that."
    )


def cannot_be_set(said: str) -> str:
    """Words after `settings` that mean nothing."""
    return f"“{plain(said, limit=80)}” is nothing that can be set: `settings me on` or `me off`."
