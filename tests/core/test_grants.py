"""What an account lets us do, against what we need."""

import pytest

from app.core.grants import NEEDED, lacking


@pytest.mark.parametrize("granted", [None, {}])
def test_while_nobody_told_nothing_is_lacking(granted: dict[str, str] | None) -> None:
    assert lacking(granted) == ()


def test_what_is_needed_is_enough_and_so_is_more() -> None:
    assert lacking(NEEDED) == ()
    assert lacking({**NEEDED, "contents": "write", "administration": "read"}) == ()


def test_what_is_less_or_not_there_is_lacking() -> None:
    granted = {**NEEDED, "checks": "read", "issues": "whatever"}
    del granted["members"]

    assert lacking(granted) == ("checks", "issues", "members")
