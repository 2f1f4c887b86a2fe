"""Which reports are missing from a run."""

from app.core.expected import Missing, Usual, missing
from app.core.runs import Job


def job(name: str, conclusion: str = "success") -> Job:
    return Job(7, name, "completed", conclusion, None, None, "https://github.test/job/7")


SHARD = Usual("results-2", "shard 2", 5)


def test_a_report_that_usually_comes_is_missed() -> None:
    jobs = {"shard 2": job("shard 2")}

    found = missing(
        [SHARD, Usual("results-1", None, 5)], looked_at=5, came={"results-1"}, jobs=jobs
    )

    assert found == [Missing("results-2", jobs["shard 2"], 5)]


def test_one_lost_upload_makes_a_report_no_less_usual_and_two_do() -> None:
    once, twice = Usual("once", None, 4), Usual("twice", None, 3)

    found = missing([once, twice], looked_at=5, came=(), jobs={})

    assert [one.variant for one in found] == ["once"]


def test_nothing_is_usual_before_three_runs() -> None:
    assert missing([Usual("a", None, 2)], looked_at=2, came=(), jobs={}) == []


def test_a_job_that_says_why_is_not_asked_for_its_report() -> None:
    for conclusion in ("failure", "timed_out", "skipped", "cancelled"):
        jobs = {"shard 2": job("shard 2", conclusion)}

        assert missing([SHARD], looked_at=5, came=(), jobs=jobs) == []
