"""What of a change of policy no trial tells."""

import pytest

from app.core.policy.comparing import TRIED, untried
from app.core.policy.keys import KEYS
from app.core.policy.policy import Policy
from app.core.policy.reading import read_policy

SMALL = {
    "mode": "mode: act",
    "warn_threshold": "warn_threshold: 0.4",
    "artifacts": "artifacts: junit",
    "artifact_max_mb": "artifact_max_mb: 9",
    "labels_required": "labels_required: flaky",
    "auto_quarantine_enabled": "auto_quarantine_enabled: true",
    "quarantine_duration_days": "quarantine_duration_days: 9",
    "quarantine_cap": "quarantine_cap: 3",
    "confidence_threshold": "confidence_threshold: 0.8",
    "proof_jobs": "proof_jobs: test",
    "proof_minutes": "proof_minutes: 9",
    "issues": "issues: false",
    "check": "check: fail",
    "comment": "comment: always",
    "renames": "renames: follow_moves",
    "owners": "owners: {src/: '@acme/web'}",
    "team_notifications": "team_notifications: {slack_channels: {web: '#web'}}",
    "team_overrides": "team_overrides: {web: {quarantine_duration_days: 3}}",
}


def policy(text: str) -> Policy:
    found = read_policy(text)
    assert found.policy is not None, found.faults
    return found.policy


def test_every_key_is_tried_or_named() -> None:
    assert SMALL.keys() | TRIED == KEYS.keys()


@pytest.mark.parametrize(("key", "text"), SMALL.items(), ids=SMALL)
def test_a_key_that_no_trial_covers_is_named(key: str, text: str) -> None:
    assert untried(policy(""), policy(text)) == (key,)
    assert untried(policy(text), policy("")) == (key,)


@pytest.mark.parametrize(
    "text",
    [
        "flaky_threshold: 0.95",
        "scorer: flake-rate",
        "rules: [{file: a.py, threshold: 0.2}]",
        "exempted_tests: a.py",
        "team_overrides: {web: {flaky_threshold: 0.8, lookback_days: 9}}",
        "flaky_threshold: 0.3",  # to which the threshold of warnings gives way
        "team_overrides: {web: {flaky_threshold: 0.3}}",
    ],
)
def test_what_a_trial_covers_is_not_named(text: str) -> None:
    assert untried(policy(""), policy(text)) == ()


def test_what_only_moved_is_no_change() -> None:
    text = "owners: {src/: '@acme/web'}"

    assert untried(policy(text), policy(f"# ours\n\n{text}")) == ()
