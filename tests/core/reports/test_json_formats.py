"""JSON reports: what runners' own files say, on files that the runners wrote."""

import json

import pytest

from tests.core.reports.reading_files import by_name, counts, outcomes, read_bytes, read_data, shape


@pytest.mark.parametrize(
    ("name", "known", "expected"),
    [
        ("playwright.json", "playwright", (20, 40, 7, 5, 2, 3, 3)),
        ("playwright-max-failures.json", "playwright", (20, 20, 3, 1, 0, 16, 0)),
        ("playwright-syntax-error.json", "playwright", (1, 1, 0, 0, 1, 0, 0)),
        ("jest.json", "jest", (13, 30, 3, 5, 2, 2, 1)),
        ("vitest.json", "vitest", (10, 12, 3, 3, 1, 2, 1)),
        ("mocha.json", "mocha", (8, 12, 1, 1, 3, 2, 1)),
        ("mocha-json-stream.ndjson", "mocha json-stream", (6, 10, 1, 1, 3, 0, 1)),
        ("mochawesome.json", "mochawesome", (9, 9, 2, 1, 3, 3, 0)),
        ("pytest-ctrf.json", "ctrf", (27, 46, 13, 9, 0, 3, 2)),
        ("mocha-ctrf.json", "ctrf", (8, 12, 1, 4, 0, 2, 1)),
        ("behave.json", "cucumber", (5, 5, 2, 2, 1, 0, 0)),
        ("pytest-json-report.json", "pytest-json-report", (28, 30, 13, 6, 4, 3, 2)),
    ],
)
def test_a_runner_s_own_report_counts_what_the_runner_saw(
    name: str, known: str, expected: tuple[int, ...]
) -> None:
    _, reading = read_data(name)

    assert reading.format == known
    assert counts(reading.totals) == expected


def test_pytest_s_reports_name_the_same_case_alike() -> None:
    from_json = by_name(read_data("pytest-json-report.json")[0])["test_deep"]
    from_xml = by_name(read_data("pytest-rerunfailures.xml")[0])["test_deep"]

    assert from_json[:4] == from_xml[:4]
    assert (from_json.file, from_json.line) == (from_xml.file, from_xml.line)


def test_rspec_s_errors_outside_of_examples_are_a_failing_case() -> None:
    summary = {"duration": 0.1, "example_count": 0, "errors_outside_of_examples_count": 1}

    cases, _ = read_bytes(
        json.dumps(
            {
                "version": "3.13",
                "messages": ["\nAn error occurred while loading ./spec/a_spec.rb."],
                "examples": [],
                "summary": summary,
                "summary_line": "0 examples, 0 failures, 1 error occurred outside of examples",
            }
        )
    )

    assert shape(cases) == {"(error outside of examples)": ["errored"]}
    assert cases[0].last.failure is not None
    assert cases[0].last.failure.message == "An error occurred while loading ./spec/a_spec.rb."


def test_cucumber_s_gravest_step_decides_and_background_belongs_to_its_scenario() -> None:
    def step(status: str) -> dict[str, object]:
        result = {"status": status, "duration": 2_000_000, "error_message": "no"}
        return {"keyword": "Given ", "name": "x", "result": result}

    elements = [
        {"type": "background", "name": "", "steps": [step("failed")]},
        {"type": "scenario", "name": "a", "line": 3, "steps": [step("skipped")]},
        {"type": "scenario", "name": "a", "line": 9, "steps": [step("passed")]},
        {"type": "scenario", "name": "b", "line": 12, "steps": [step("undefined")]},
    ]

    cases, _ = read_bytes(
        json.dumps([{"uri": "f.feature", "keyword": "Feature", "name": "F", "elements": elements}])
    )

    assert shape(cases) == {"a": ["failed"], "a #2": ["passed"], "b": ["skipped"]}
    assert cases[0].last.duration_ms == 4
    assert cases[-1].last.word == "undefined"


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        ("failed", "passed", {"a": ["failed", "passed"]}),
        ("failed", "failed", {"a": ["failed", "failed"]}),
        ("passed", "passed", {"a": ["passed"], "a #2": ["passed"]}),
    ],
)
def test_a_scenario_that_cucumber_lists_again_after_it_failed_was_run_again(
    first: str, second: str, expected: dict[str, list[str]]
) -> None:
    def scenario(status: str) -> dict[str, object]:
        step = {"keyword": "Given ", "name": "x", "result": {"status": status}}
        return {"type": "scenario", "id": "f;a", "name": "a", "line": 3, "steps": [step]}

    elements = [scenario(first), scenario(second)]
    cases, _ = read_bytes(
        json.dumps([{"uri": "f.feature", "keyword": "Feature", "name": "F", "elements": elements}])
    )

    assert shape(cases) == expected


def test_the_times_of_cucumber_s_hooks_stand_apart() -> None:
    def took(ms: int, **more: object) -> dict[str, object]:
        return {**more, "result": {"status": "passed", "duration": ms * 1_000_000}}

    ruby = {"before": [took(3)], "after": [took(5)], "steps": [took(7, keyword="Given ")]}
    script = [
        took(3, keyword="Before", hidden=True),
        took(7, keyword="Given "),
        took(5, keyword="After", hidden=True),
    ]
    elements = [
        {"type": "scenario", "name": "ruby", "line": 3, **ruby},
        {"type": "scenario", "name": "script", "line": 9, "steps": script},
    ]

    cases, reading = read_bytes(
        json.dumps([{"uri": "f.feature", "keyword": "Feature", "name": "F", "elements": elements}])
    )

    assert "`--retry 0`" in reading.warnings[0]
    for case in cases:
        assert (case.last.setup_ms, case.last.duration_ms, case.last.teardown_ms) == (3, 7, 5)


RETRIED = "RSpec::Retry: 2nd try ./spec/cart_spec.rb:7"


def rspec(messages: list[str], *examples: tuple[str, int, str]) -> str:
    told = [
        {
            "full_description": name,
            "file_path": "./spec/cart_spec.rb",
            "line_number": line,
            "status": status,
        }
        for name, line, status in examples
    ]
    said = {"messages": messages} if messages else {}
    return json.dumps({"version": "3.13", **said, "examples": told, "summary_line": ""})


def test_what_rspec_retry_says_shows_the_attempts() -> None:
    messages = ["\n1st Try error in ./spec/cart_spec.rb:7:\nexpected 2\n", f"\n{RETRIED}"]

    cases, reading = read_bytes(rspec(messages, ("adds", 7, "passed"), ("takes", 9, "passed")))

    assert shape(cases) == {"adds": ["failed", "passed"], "takes": ["passed"]}
    failed = by_name(cases)["adds"].earlier[0].failure
    assert failed is not None
    assert failed.message == "expected 2"
    assert reading.warnings == []


def test_which_of_several_examples_of_a_line_was_retried_is_not_guessed() -> None:
    cases, reading = read_bytes(rspec([RETRIED], ("one", 7, "passed"), ("two", 7, "passed")))

    assert shape(cases) == {"one": ["passed"], "two": ["passed"]}
    assert "which of them rspec-retry ran again" in reading.warnings[0]


def test_rspec_without_a_word_of_retries_names_the_setting_that_shows_them() -> None:
    _, reading = read_bytes(rspec([], ("adds", 7, "passed")))

    assert "`config.verbose_retry = true`" in reading.warnings[0]


def test_ctrf_s_flaky_flag_without_attempts_still_shows_a_failure() -> None:
    test = {"name": "t", "status": "passed", "duration": 3, "flaky": True, "retries": 2}
    results = {"tool": {"name": "x"}, "tests": [test], "summary": {}}

    cases, _ = read_bytes(json.dumps({"results": results}))

    assert outcomes(cases[0]) == ["failed", "failed", "passed"]


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        ({"retries": 1}, ["failed", "passed"]),
        ({"retries": 1, "flaky": False}, ["passed"]),
        ({"retries": 0}, ["passed"]),
    ],
)
def test_a_pass_that_ctrf_says_was_retried_is_flaky_unless_it_denies_it(
    told: dict[str, object], expected: list[str]
) -> None:
    test = {"name": "t", "status": "passed", "duration": 3, **told}

    cases, _ = read_bytes(json.dumps({"results": {"tool": {"name": "x"}, "tests": [test]}}))

    assert shape(cases) == {"t": expected}
