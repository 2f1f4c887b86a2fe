"""The guide to the policy file names every key, and its example is in order."""

import re
from dataclasses import fields
from pathlib import Path

from app.core.policy.keys import KEYS, RULE_KEYS
from app.core.policy.policy import ScoringWeights
from app.core.policy.reading import read_policy

GUIDE = (Path(__file__).parents[2] / "docs" / "policy.md").read_text()


def test_every_key_has_a_row() -> None:
    rows = [line.split("|")[1] for line in GUIDE.splitlines() if line.startswith("| `")]
    named = {name for row in rows for name in re.findall(r"`(\w+)`", row)}

    assert named == set(KEYS) | set(RULE_KEYS)


def test_every_weight_is_named() -> None:
    assert all(f"`{one.name}`" in GUIDE for one in fields(ScoringWeights))


def test_the_example_is_in_order() -> None:
    (example,) = re.findall(r"```yaml\n(.*?)```", GUIDE, re.DOTALL)

    assert read_policy(example).faults == ()
