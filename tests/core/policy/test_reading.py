"""A policy file read: all that is wrong at once, with its place, and the old file as it stands."""

import pytest

from app.core.policy.keys import KEYS
from app.core.policy.names import CheckConclusion, CommentWhen, Mode, ScorerName
from app.core.policy.policy import IssuePolicy, Policy, QuarantineCap, default_policy
from app.core.policy.reading import read_policy

OLD_FILE = """\
flaky_threshold: 0.6
warn_threshold: 0.3
min_occurrences: 5
min_recent_failures: 2
lookback_days: 7
rolling_window_size: 50
exclude_paths: ["node_modules/**", "**/*.spec.ts"]
labels_required:
  - "ci"
  - "tests"
quarantine_duration_days: 30
auto_quarantine_enabled: false
confidence_threshold: 0.7
scoring_weights:
  intermittency_weight: 0.30
  rerun_weight: 0.25
  clustering_weight: 0.15
  message_variance_weight: 0.10
  fail_ratio_weight: 0.10
  consecutive_failure_penalty: 0.10
team_notifications:
  slack_channels:
    "frontend": "#frontend-flaky-tests"
  email_groups:
    "critical-path": ["lead@example.com", "qa@example.com"]
exempted_tests:
  - "integration/**/*auth*"
team_overrides:
  "critical-services":
    flaky_threshold: 0.8
    warn_threshold: 0.5
    auto_quarantine_enabled: true
  "experimental":
    flaky_threshold: 0.4
    warn_threshold: 0.2
    confidence_threshold: 0.5
"""


def policy(text: str) -> Policy:
    """The policy of a file that has no fault."""
    reading = read_policy(text)
    assert reading.policy is not None, reading.faults
    return reading.policy


def faults(text: str) -> list[str]:
    """What is wrong with a file, each with its place."""
    return [f"{one.line}:{one.column} {one.sentence}" for one in read_policy(text).faults]


def test_a_file_that_says_nothing_is_the_default_policy() -> None:
    assert policy("") == policy("# later\n") == policy("mode:\n") == default_policy()


@pytest.mark.parametrize(
    ("scorer", "warned", "held", "runs", "days"),
    [
        ("evidence", 0.5, 0.9, 1, 60),
        ("rolling-window", 0.3, 0.6, 10, 30),
        ("flake-rate", 0.02, 0.05, 3, 14),
    ],
)
def test_each_scorer_brings_its_defaults(
    scorer: str, warned: float, held: float, runs: int, days: int
) -> None:
    found = policy(f"scorer: {scorer}")

    assert found.scorer == scorer
    assert (found.warn_threshold, found.flaky_threshold) == (warned, held)
    assert (found.min_occurrences, found.lookback_days) == (runs, days)
    assert found.rolling_window_size == 50


def test_every_key_is_read() -> None:
    found = policy(
        "mode: act\nscorer: flake-rate\nwarn_threshold: .1\nflaky_threshold: 0.2\n"
        "min_occurrences: 4\nmin_recent_failures: 3\nlookback_days: 21\nrolling_window_size: 80\n"
        "artifacts: reports-*\nartifact_max_mb: 64\n"
        "exclude_paths: [vendor/]\nexempted_tests: ['*smoke*']\n"
        "labels_required: [ci]\nauto_quarantine_enabled: yes\nquarantine_duration_days: 14\n"
        "quarantine_cap: {repository: 9, per_day: 2}\nconfidence_threshold: 1\n"
        "scoring_weights: {rerun_weight: 0.25}\nretry_weight_multiplier: 2\n"
        "rules: [{branch: main, threshold: .3, days: 7}]\nproof_jobs: [unit*]\ncheck: fail\n"
        "proof_minutes: 90\n"
        "comment: never\nrenames: follow_moves\nowners: {src/cart/: '@acme/cart'}\n"
        "team_notifications: {slack_channels: {cart: '#cart'}}\n"
        "team_overrides: {cart: {lookback_days: 5}}\n"
        "issues: {open: no, per_day: 2, labels: [flaky, 'help wanted']}\n"
    )

    differing = {name for name in KEYS if getattr(found, name) != getattr(default_policy(), name)}
    assert differing == set(KEYS) - {"scoring_weights"}  # which are as they were
    assert (found.mode, found.scorer) == (Mode.ACT, ScorerName.FLAKE_RATE)
    assert (found.check, found.comment) == (CheckConclusion.FAIL, CommentWhen.NEVER)
    assert found.quarantine_cap == QuarantineCap(9, 2)
    assert found.issues == IssuePolicy(open=False, per_day=2, labels=("flaky", "help wanted"))
    assert found.auto_quarantine_enabled
    assert [one.pattern for one in found.artifacts] == ["reports-*"]


def test_a_threshold_that_is_lowered_alone_takes_the_warning_along() -> None:
    found = policy("flaky_threshold: 0.4\nteam_overrides: {web: {flaky_threshold: 0.3}}\n")

    assert (found.warn_threshold, found.for_team("web").warn_threshold) == (0.4, 0.3)
    assert found.for_team("other").warn_threshold == 0.4
    assert faults("warn_threshold: 0.5\nflaky_threshold: 0.4\n") != []
    assert faults("warn_threshold: 0.95\n") != []


def test_the_old_flakeguards_file_is_accepted_as_it_stands_and_judged_by_its_own_score() -> None:
    reading = read_policy(OLD_FILE)

    assert reading.faults == ()
    found = reading.policy
    assert found is not None
    assert found.scorer is ScorerName.ROLLING_WINDOW
    assert (found.flaky_threshold, found.min_occurrences, found.lookback_days) == (0.6, 5, 7)
    assert found.for_team("@acme/critical-services").flaky_threshold == 0.8
    assert found.channel_of("frontend") == "#frontend-flaky-tests"
    assert found.addresses_of("@acme/critical-path") == ("lead@example.com", "qa@example.com")
    assert [f"{one.line}: {one.sentence}" for one in reading.notes] == [
        "14: No `scorer` is named and `scoring_weights` belongs to rolling-window, so that one "
        "judges; name `scorer: evidence` to be judged by evidence."
    ]


def test_everything_that_is_wrong_is_said_at_once_with_its_place() -> None:
    assert faults(
        "flaky_treshold: 0.5\n"
        "mode: acting\n"
        "min_occurrences: some\n"
        "lookback_days: 400\n"
        "auto_quarantine_enabled: maybe\n"
        "exempted_tests: {a: b}\n"
        "rules:\n"
        "  - file: 'a***'\n"
        "  - {exempt: true, days: 3}\n"
        "  - {pririoty: high, exempt: true}\n"
        "owners:\n"
        "  '!a': bob\n"
        "zzz: 1\n"
    ) == [
        "1:1 There is no key “flaky_treshold”; did you mean `flaky_threshold`?",
        "2:7 `mode` must be one of observe, report, act, not “acting”; did you mean act?",
        "3:18 `min_occurrences` must be a whole number from 1 to 10000, not “some”.",
        "4:16 `lookback_days` must be a whole number from 1 to 365, not “400”.",
        "5:26 `auto_quarantine_enabled` must be true or false, not “maybe”.",
        "6:17 `exempted_tests` must be a list, not a mapping.",
        "8:5 `rules[1]` says nothing of its cases: set `threshold`, `consecutive_failures`, "
        "`days` or `exempt`.",
        "8:11 `rules[1].file`: “a***” holds more than two asterisks in a row.",
        "9:5 `rules[2]` exempts its cases, so it can set nothing else.",
        "10:6 `rules[3]` has no key “pririoty”; did you mean `priority`?",
        "12:3 `owners`: “!a” begins with “!”, and patterns cannot be negated.",
        "13:1 There is no key “zzz”; the keys are " + ", ".join(f"`{name}`" for name in KEYS) + ".",
    ]


def test_a_key_that_is_only_begun_is_named_whole() -> None:
    assert faults("quarantine_cap: {repo: 3}") == [
        "1:18 `quarantine_cap` has no key “repo”; did you mean `repository`?"
    ]


def test_thresholds_that_do_not_go_together_are_faults() -> None:
    assert faults("flaky_threshold: 0.4\nwarn_threshold: 0.5") == [
        "1:1 `warn_threshold` (0.5) is above `flaky_threshold` (0.4): "
        "a case is warned of before it is held."
    ]
    assert faults("team_overrides:\n  web: {flaky_threshold: 0.2, warn_threshold: 0.5}") == [
        "2:3 For the team web, `warn_threshold` (0.5) is above `flaky_threshold` (0.2): "
        "a case is warned of before it is held."
    ]


def test_what_may_not_be_meant_is_noted_and_no_fault() -> None:
    reading = read_policy(
        "auto_quarantine_enabled: true\n"
        "scorer: rolling-window\n"
        "scoring_weights: {rerun_weight: 1}\n"
        "rules: [{exempt: true}, {days: 3}]\n"
    )

    assert reading.faults == ()
    assert [f"{one.line}:{one.column} {one.sentence}" for one in reading.notes] == [
        "1:1 In mode report nothing is quarantined by itself; write `mode: act` for that.",
        "3:18 `scoring_weights` add up to 1.75; the score is made for 1.",
        "4:25 This rule never counts: the one before it fits every case.",
    ]


def notes(text: str) -> list[str]:
    """What is allowed in a file and may not be meant, each with its place."""
    return [f"{one.line}:{one.column} {one.sentence}" for one in read_policy(text).notes]


@pytest.mark.parametrize(
    ("text", "sign", "place"),
    [
        ("mode: act\nexempted_tests: [*smoke*]", "*", "2:18"),
        ("exempted_tests:\n  - a\n  - *.py", "*", "3:5"),
        ("exempted_tests:\n  - **/gen/**", "*", "2:5"),
        ("rules: [{branch: *, exempt: true}]", "*", "1:18"),
        ("owners:\n  src/: @acme/cart", "@", "2:9"),
        ('owners:\n  src/: ["@a", @acme/cart]', "@", "2:16"),
        ("# für alle: 3 € 🎉\nartifacts: %a", "%", "2:12"),
        ("artifacts: [&*a]", "&", "1:13"),
        ("%a: 1", "%", "1:1"),
    ],
)
def test_a_sign_that_means_something_to_yaml_is_to_stand_in_quotes(
    text: str, sign: str, place: str
) -> None:
    assert faults(text) == [
        f"{place} What begins with “{sign}” must stand in quotes, as in “'{sign}…'”."
    ]


def test_after_a_rule_with_a_faulty_condition_the_next_one_may_count() -> None:
    text = "rules:\n  - {file: 'a***', exempt: true}\n  - {tag: slow, days: 3}\n"

    assert faults(text) == ["2:12 `rules[1].file`: “a***” holds more than two asterisks in a row."]
    assert notes(text) == []


def test_places_that_cannot_be_are_faults() -> None:
    assert faults(
        "team_notifications:\n"
        "  email_groups: {web: [qa@example.com, '@acme/web'], cart: nobody}\n"
        "  slack_channels: {web: '#web alerts', cart: C0123ABC, till: '#für-alle_2', a: '#'}\n"
    ) == [
        "2:40 `team_notifications.email_groups.web` lists “@acme/web”, which is no e-mail address.",
        "2:60 `team_notifications.email_groups.cart` lists “nobody”, which is no e-mail address.",
        "3:25 `team_notifications.slack_channels.web`: “#web alerts” can be no channel's name; "
        "in Slack it has letters, digits, hyphens and underscores only, at most 80.",
        "3:80 `team_notifications.slack_channels.a`: “#” can be no channel's name; "
        "in Slack it has letters, digits, hyphens and underscores only, at most 80.",
    ]


@pytest.mark.parametrize("text", ["labels_required: flaky, ok", "issues: {labels: 'flaky, ok'}"])
def test_one_text_with_commas_is_noted_to_be_one_label(text: str) -> None:
    assert faults(text) == []
    [note] = notes(text)
    assert note.endswith("is the one label “flaky, ok”; for several write [flaky, ok].")
    assert notes("labels_required: [flaky, 'a, b']") == []


def test_a_team_is_set_once_however_it_is_written() -> None:
    assert faults(
        "team_overrides:\n"
        '  "@acme/web": {flaky_threshold: 0.8}\n'
        "  Acme/Web: {flaky_threshold: 0.9}\n"
        "  web: {flaky_threshold: 0.7}\n"
    ) == ["3:3 `team_overrides`: the team Acme/Web was set in line 2 already."]
