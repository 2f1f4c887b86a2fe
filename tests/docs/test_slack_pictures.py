"""The Slack guide shows every picture that there is, and every kind of message has one."""

import re
from pathlib import Path

import pytest

from app.render.png import SIGNATURE
from tests.pictures.small import LARGEST
from tests.pictures.stories import STORIES

DOCS = Path(__file__).parents[2] / "docs"
PICTURE = re.compile(r"!\[(?P<alt>[^\]]*)\]\((?P<path>slack/[^)]+)\)")
SHOWN = {one["path"]: one["alt"] for one in PICTURE.finditer((DOCS / "slack.md").read_text())}
THERE = sorted(one.relative_to(DOCS).as_posix() for one in (DOCS / "slack").iterdir())
LEAST_ALT = 20  # characters


def test_each_kind_has_a_picture_and_each_picture_is_shown() -> None:
    assert sorted(SHOWN) == THERE
    assert sorted(f"slack/{name}.png" for name in STORIES) == THERE


@pytest.mark.parametrize("path", SHOWN)
def test_a_picture_is_small_and_said_in_words(path: str) -> None:
    content = (DOCS / path).read_bytes()

    assert content.startswith(SIGNATURE)
    assert len(content) < LARGEST
    assert len(SHOWN[path]) > LEAST_ALT
