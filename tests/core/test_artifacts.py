"""Artifacts: which attempt and which job they come from."""

from datetime import UTC, datetime, timedelta

import pytest

from app.core.artifacts import bind, of_attempt
from app.core.runs import Artifact, Job

START = datetime(2026, 3, 1, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def artifact(name: str, *, id_: int = 1, at: datetime = START) -> Artifact:
    """An upload."""
    return Artifact(id=id_, name=name, size_bytes=10, created_at=at, is_expired=False)


def job(name: str, *, id_: int | None = None, conclusion: str = "success") -> Job:
    """A finished job."""
    number = sum(name.encode()) if id_ is None else id_
    return Job(number, name, "completed", conclusion, START, START + MINUTE, "https://ci.example")


def bound(names: list[str], jobs: list[Job]) -> dict[str, tuple[str | None, str]]:
    """The job and the variant of each artifact."""
    uploads = [artifact(name, id_=number) for number, name in enumerate(names)]
    return {
        one.artifact.name: (one.job.name if one.job else None, one.variant)
        for one in bind(uploads, jobs)
    }


def test_attempts_keep_their_own_uploads_though_names_and_ids_tell_nothing() -> None:
    first = artifact("results", id_=900, at=START + 9 * MINUTE)
    second = artifact("results", id_=100, at=START + 19 * MINUTE)
    uploads = [second, first]

    of_first = of_attempt(uploads, started_at=START, ended_at=START + 10 * MINUTE)
    of_second = of_attempt(uploads, started_at=START + 11 * MINUTE, ended_at=START + 20 * MINUTE)

    assert (of_first, of_second) == ([first], [second])


def test_an_attempt_that_still_runs_has_what_was_uploaded_so_far_by_time() -> None:
    uploads = [
        artifact("b", id_=1, at=START + 2 * MINUTE),
        artifact("a", id_=2, at=START + MINUTE),
        artifact("c", id_=3, at=START - MINUTE),
    ]

    found = of_attempt(uploads, started_at=START, ended_at=None)

    assert [one.name for one in found] == ["a", "b"]


def test_clocks_that_differ_by_a_moment_lose_nothing() -> None:
    early = artifact("early", at=START - timedelta(seconds=2))
    late = artifact("late", id_=2, at=START + MINUTE + timedelta(seconds=2))

    found = of_attempt([early, late], started_at=START, ended_at=START + MINUTE)

    assert found == [early, late]


@pytest.mark.parametrize(
    ("names", "jobs", "expected"),
    [
        (
            ["results-test-3.11", "results-test-3.12"],
            ["test (3.11)", "test (3.12)", "lint"],
            {
                "results-test-3.11": ("test (3.11)", "test (3.11)"),
                "results-test-3.12": ("test (3.12)", "test (3.12)"),
            },
        ),
        (
            ["junit-test-windows"],
            ["test", "test (windows)"],
            {"junit-test-windows": ("test (windows)", "test (windows)")},
        ),
        (
            ["results"],
            ["test", "lint"],
            {"results": (None, "results")},
        ),
        (
            ["results"],
            ["test"],
            {"results": ("test", "results")},
        ),
        (
            ["Ergebnis-Prüfung"],
            ["Prüfung", "lint"],
            {"Ergebnis-Prüfung": ("Prüfung", "Prüfung")},
        ),
        (
            ["results"],
            ["🧪", "lint"],
            {"results": (None, "results")},
        ),
        (
            ["test"],
            ["test (linux)", "test (windows)"],
            {"test": (None, "test")},
        ),
        ([], ["test"], {}),
        (["results"], [], {"results": (None, "results")}),
    ],
)
def test_an_artifact_belongs_to_the_job_that_its_name_spells_out(
    names: list[str], jobs: list[str], expected: dict[str, tuple[str | None, str]]
) -> None:
    assert bound(names, [job(name) for name in jobs]) == expected


def test_a_name_that_fits_two_jobs_alike_fits_none() -> None:
    found = bound(["test-linux-windows"], [job("test linux"), job("test windows")])

    assert found == {"test-linux-windows": (None, "test-linux-windows")}


def test_the_one_red_job_left_over_takes_the_artifact_left_over() -> None:
    jobs = [job("unit"), job("browser", conclusion="failure")]

    found = bound(["unit", "screens"], jobs)

    assert found == {"unit": ("unit", "unit"), "screens": ("browser", "screens")}


@pytest.mark.parametrize("names", [["unit", "screens"], ["unit-a", "unit-b"], ["other"]])
def test_a_variant_is_the_same_however_the_jobs_ended(names: list[str]) -> None:
    red = [job("unit"), job("browser", conclusion="failure")]
    green = [job("unit"), job("browser")]

    then, now = bound(names, red), bound(names, green)

    assert {name: variant for name, (_, variant) in then.items()} == {
        name: variant for name, (_, variant) in now.items()
    }


def test_two_artifacts_of_one_job_are_variants_of_their_own() -> None:
    found = bound(["unit-py311", "unit-py312"], [job("unit"), job("lint")])

    assert found == {"unit-py311": ("unit", "unit-py311"), "unit-py312": ("unit", "unit-py312")}


def test_a_green_job_left_over_takes_nothing() -> None:
    found = bound(["unit", "screens"], [job("unit"), job("lint")])

    assert found["screens"] == (None, "screens")
