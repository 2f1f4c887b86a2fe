"""What a policy says of a case, a job, an artifact, a team."""

from datetime import timedelta

from app.core.policy.policy import Policy, default_policy
from app.core.policy.reading import read_policy
from app.core.policy.rules import About


def policy(text: str) -> Policy:
    found = read_policy(text).policy
    assert found is not None
    return found


def test_of_the_rules_the_first_that_fits_counts() -> None:
    found = policy(
        "rules:\n"
        "  - {branch: 'release/*', exempt: true}\n"
        "  - {file: 'e2e/**', tag: slow, threshold: 0.2, days: 7}\n"
        "  - {priority: HIGH, consecutive_failures: 3}\n"
        "  - {threshold: 0.1}\n"
    )
    slow = About("a", file="e2e/a.py", tags=frozenset({"slow"}), branch="main")

    fitting = [
        found.rules_for(case)
        for case in (
            About("a", branch="release/2"),
            slow,
            About("a", file="e2e/a.py", branch="main"),
            About("a", priority="high", branch="main"),
        )
    ]

    assert [[rule.line if rule else None for rule in rules] for rules in fitting] == [
        [2],
        [3],
        [5],
        [4],
    ]
    (first,) = found.rules_for(slow)
    assert first is not None
    assert (first.threshold, first.days) == (0.2, 7)


def test_on_any_branch_every_rule_counts_that_is_the_first_on_some() -> None:
    found = policy(
        "rules:\n"
        "  - {branch: main, threshold: 0.1}\n"
        "  - {branch: 'release/*', file: 'e2e/**', exempt: true}\n"
        "  - {tag: slow, threshold: 0.2}\n"
        "  - {branch: topic, threshold: 0.3}\n"
    )

    def lines(case: About) -> list[int | None]:
        return [rule.line if rule else None for rule in found.rules_for(case)]

    assert lines(About("a", tags=frozenset({"slow"}))) == [2, 4]
    assert lines(About("a", file="e2e/a.py")) == [2, 3, 5, None]
    assert lines(About("a", file="e2e/a.py", branch="release/2")) == [3]
    assert lines(About("a", branch="release/2")) == [None]


def test_a_case_is_exempt_everywhere_only_where_no_branch_is_left() -> None:
    on_main = policy("rules: [{branch: main, threshold: 0.1}, {exempt: true}]")
    on_releases = policy("rules: [{branch: 'release/*', exempt: true}]")
    on_all = policy("rules: [{branch: 'release/*', exempt: true}, {exempt: true}]")

    exempt = [
        [found.is_exempt(About("a", branch=one)) for one in ("main", "release/2", None)]
        for found in (on_main, on_releases, on_all)
    ]

    assert exempt == [[False, True, False], [False, True, False], [True, True, True]]
    everywhere = policy("rules: [{branch: '**', exempt: true}]")
    shadowed = policy("rules: [{branch: main, exempt: true}, {branch: main, threshold: 0.1}]")
    assert everywhere.is_exempt(About("a"))
    assert [rule.line if rule else None for rule in shadowed.rules_for(About("a"))] == [1, None]


def test_a_case_is_exempt_by_name_by_file_or_by_rule() -> None:
    found = policy(
        "exempted_tests: ['*smoke*', 'e2e/critical/**']\n"
        "exclude_paths: ['**/*.gen.py']\n"
        "rules: [{tag: experimental, exempt: true}]\n"
    )

    assert found.is_exempt(About("test_smoke_login", file="tests/a.py"))
    assert found.is_exempt(About("test_pay", file="e2e/critical/pay.py"))
    assert found.is_exempt(About("test_pay", file="a/pay.gen.py"))
    assert found.is_exempt(About("test_pay", tags=frozenset({"experimental"})))
    assert not found.is_exempt(About("test_pay", file="tests/pay.py"))
    assert found.is_excluded(About("x", file="b.gen.py"))
    assert not found.is_excluded(About("x"))


def test_nothing_is_rerun_that_the_policy_does_not_name_and_every_artifact_is_read() -> None:
    named = policy("proof_jobs: ['unit (*)']\nartifacts: ['junit-*']")

    assert not default_policy().may_rerun("deploy")
    assert default_policy().reads_artifact("anything")
    assert named.may_rerun("unit (3.11)")
    assert not named.may_rerun("deploy")
    assert named.reads_artifact("junit-linux")
    assert not named.reads_artifact("coverage")


def test_a_quarantine_of_our_own_accord_needs_the_mode() -> None:
    found = policy("auto_quarantine_enabled: true\nmode: act")
    reporting = policy("auto_quarantine_enabled: true")

    assert found.quarantines_itself
    assert not reporting.quarantines_itself
    assert not policy("mode: act").quarantines_itself
    assert found.quarantine_lasts == timedelta(days=30)


def test_one_team_may_have_its_cases_quarantined_of_our_own_accord() -> None:
    team = "team_overrides: {web: {auto_quarantine_enabled: true}}\n"

    assert policy(f"mode: act\n{team}").quarantines_some_itself
    assert not policy(team).quarantines_some_itself
    assert policy("mode: act\nauto_quarantine_enabled: true\n").quarantines_some_itself


def test_observing_says_nothing() -> None:
    assert default_policy().publishes
    assert not policy("mode: observe").publishes


def test_a_teams_override_holds_for_its_cases_however_the_team_is_written() -> None:
    found = policy(
        "team_overrides:\n  acme/web: {flaky_threshold: 0.95, lookback_days: 9}\n"
        "  '@acme/data': {quarantine_duration_days: 3}\n  qa: {min_recent_failures: 4}\n"
    )

    assert found.for_team("@acme/web").flaky_threshold == 0.95
    assert found.for_team("@acme/web").lookback == timedelta(days=9)
    assert found.for_team("@acme/web").warn_threshold == found.warn_threshold
    assert found.for_team("@acme/data").quarantine_duration_days == 3
    assert found.for_team("@acme/qa").min_recent_failures == 4
    assert found.for_team("@acme/other") is found
    assert found.for_team(None) is found


def test_owners_are_found_as_in_codeowners_and_silence_is_told_from_nobody() -> None:
    found = policy("owners:\n  src/: '@acme/web ann@example.org'\n  src/free/: []\n")

    assert found.owners_of("src/a.py") == ("@acme/web", "ann@example.org")
    assert found.owners_of("src/free/a.py") == ()
    assert found.owners_of("docs/a.md") is None
