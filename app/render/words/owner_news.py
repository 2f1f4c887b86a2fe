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
