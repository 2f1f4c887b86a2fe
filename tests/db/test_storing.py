"""Reports in the database: every execution once, every text once, nothing too large."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from app.clock import utc_now
from app.core.identity import case_id
from app.core.outcomes import CaseDetail, Outcome, ReportedCase, ReportedExecution
from app.db import case_pages, cases
from app.db.session import Engine, unit_of_work
from tests.db.shelf import REPO, Shelf, failed, junit, passed

RERUN = '<testcase classname="Till" name="opens"><failure message="stuck"/></testcase>'
OPENS = '<testcase classname="Till" name="opens"/>'


@pytest.fixture
def shelf(engine: Engine) -> Shelf:
    made = Shelf(engine, utc_now())
    made.open()
    return made


def test_a_report_becomes_one_row_for_each_execution(shelf: Shelf) -> None:
    known = shelf.store(
        junit(
            passed("adds"),
            failed("takes away", "2 != 3", "trace"),
            '<testcase classname="Cart" name="waits" time="0"><skipped/></testcase>',
        )
    )

    rows = shelf.rows(
        "SELECT name, nth, outcome, duration_ms, setup_ms, word, variant, at, report_id"
        " FROM execution JOIN case_ USING (repo_id, case_id) ORDER BY name"
    )
    assert known.is_read
    assert [(row["name"], row["nth"], row["outcome"], row["duration_ms"]) for row in rows] == [
        ("adds", 1, 1, 250),
        ("takes away", 1, 2, 1000),
        ("waits", 1, 4, 0),
    ]
    assert {row["report_id"] for row in rows} == {known.report_id}
    assert {row["at"] for row in rows} == {shelf.now}
    assert {(row["setup_ms"], row["word"], row["variant"]) for row in rows} == {(None, None, None)}


def test_the_same_bytes_are_stored_once_however_many_workers_bring_them(shelf: Shelf) -> None:
    report = junit(*[passed(f"case {number}") for number in range(300)], failed("x", "no"))

    with ThreadPoolExecutor(max_workers=6) as pool:
        known = list(pool.map(lambda _: shelf.store(report), range(12)))

    assert {one.report_id for one in known} == {known[0].report_id}
    assert shelf.count("execution") == 301
    assert shelf.count("occurrence") == 1
    assert shelf.count("report") == 1


def test_runs_of_one_repository_that_arrive_together_never_block_each_other(shelf: Shelf) -> None:
    names = [f"case {number}" for number in range(200)]

    def report(number: int) -> bytes:
        turned = names[number * 17 :] + names[: number * 17]  # overlapping sets, in other orders
        return junit(*[passed(name) for name in turned if name != names[number]])

    with ThreadPoolExecutor(max_workers=6) as pool:
        known = list(pool.map(lambda n: shelf.store(report(n), run_id=n + 1), range(11)))

    assert all(one.is_read for one in known)
    assert shelf.count("execution") == 11 * 199
    assert shelf.count("case_") == 200
    assert shelf.count("case_set") == 11


def test_a_report_that_repeats_cases_far_apart_is_read_whole_and_stored_once(
    shelf: Shelf,
) -> None:
    padding = [passed(f"case {number}") for number in range(3_000)]

    shelf.store(junit(RERUN, *padding, OPENS))

    rows = shelf.rows(
        "SELECT nth, outcome FROM execution JOIN case_ USING (repo_id, case_id)"
        " WHERE name = 'opens' ORDER BY nth"
    )
    assert [(row["nth"], row["outcome"]) for row in rows] == [(1, 2), (2, 1)]
    assert shelf.count("execution") == 3_002
    assert shelf.count("report") == 1


def test_a_report_that_breaks_in_the_middle_leaves_its_reason_and_no_execution(
    shelf: Shelf,
) -> None:
    bomb = junit(*[passed(f"case {number}") for number in range(3_000)])
    refused = bomb.replace(b"</testsuite>", b"<a>" * 20_000)

    known = shelf.store(refused)

    row = shelf.rows("SELECT refusal, executions FROM report")[0]
    assert not known.is_read
    assert row["refusal"] == (
        "Line 1: elements are nested deeper than 10000; raise REPORT_MAX_DEPTH if it is no attack."
    )
    assert (row["executions"], shelf.count("execution"), shelf.count("case_set")) == (0, 0, 0)


def test_a_trace_is_kept_once_for_a_signature_and_every_failure_keeps_its_message(
    shelf: Shelf,
) -> None:
    shelf.store(
        junit(
            failed("adds", "assert 1 == 2", "trace of adds"),
            failed("takes", "assert 3 == 4", "trace of takes"),
            failed("gives", "cannot connect", "trace of gives"),
        )
    )

    rows = shelf.rows(
        "SELECT name, message, trace, signature FROM occurrence JOIN case_ USING (repo_id, case_id)"
        " ORDER BY name"
    )
    found = {row["name"]: (row["message"], row["trace"]) for row in rows}
    marks = {row["name"]: row["signature"] for row in rows}
    assert found == {
        "adds": ("assert 1 == 2", "trace of adds"),
        "gives": ("cannot connect", "trace of gives"),
        "takes": ("assert 3 == 4", None),
    }
    assert marks["adds"] == marks["takes"] != marks["gives"]


def test_a_case_shows_the_trace_it_shares_and_says_whose_it_is(shelf: Shelf) -> None:
    shelf.store(
        junit(
            failed("adds", "assert 1 == 2", "trace of adds"),
            failed("takes", "assert 3 == 4", "trace of takes"),
        )
    )
    found = {row["name"]: row["case_id"] for row in shelf.rows("SELECT name, case_id FROM case_")}

    with unit_of_work(shelf.engine) as session:
        own = case_pages.last_failure(session, REPO, found["adds"], now=shelf.now)
        shared = case_pages.last_failure(session, REPO, found["takes"], now=shelf.now)

    assert own is not None
    assert shared is not None
    assert (own.message, own.trace, own.is_shared) == ("assert 1 == 2", "trace of adds", False)
    assert (shared.message, shared.trace) == ("assert 3 == 4", "trace of adds")
    assert shared.is_shared


def test_a_failure_with_a_trace_alone_keeps_its_first_line_where_the_trace_is_left_out(
    shelf: Shelf,
) -> None:
    inside = "<failure>assert 1 == 2\n  at line 3</failure>"
    shelf.store(
        junit(*[f'<testcase classname="Cart" name="{n}">{inside}</testcase>' for n in "ab"])
    )

    rows = shelf.rows("SELECT message, trace FROM occurrence ORDER BY trace NULLS LAST")
    assert [row["message"] for row in rows] == ["assert 1 == 2", "assert 1 == 2"]
    assert [row["trace"] for row in rows] == ["assert 1 == 2\n  at line 3", None]


def test_a_long_trace_is_cut_with_a_note_and_nothing_stored_holds_a_nul(shelf: Shelf) -> None:
    shelf.store(junit(failed("adds", "no&#x20;use", "x" * 40_000)))
    shelf.store(junit(failed("takes", "nul \x00 here", "t\x00")), run_id=2)

    rows = shelf.rows("SELECT message, trace FROM occurrence ORDER BY report_id")
    assert rows[0]["trace"] == "x" * 16_384 + "\n[the rest is left out]"
    assert rows[1]["message"] == "nul \ufffd here"
    assert rows[1]["trace"] == "t\ufffd"


def test_what_is_beyond_the_columns_is_stored_as_far_as_they_go(shelf: Shelf) -> None:
    a_month = str(30 * 24 * 3600)  # in milliseconds more than an integer holds
    shelf.store(junit(passed("sleeps", time=a_month)))

    assert shelf.rows("SELECT duration_ms FROM execution")[0]["duration_ms"] == 2**31 - 1


def test_a_known_set_of_cases_is_not_written_again(shelf: Shelf) -> None:
    first, second = junit(passed("adds"), passed("takes")), junit(passed("takes"), passed("adds"))
    shelf.store(first)
    before = shelf.rows(
        "SELECT case_id, xmin::text AS written, first_seen_at FROM case_ ORDER BY 1"
    )

    shelf.now += timedelta(hours=1)
    shelf.store(second, run_id=2)

    after = shelf.rows("SELECT case_id, xmin::text AS written, first_seen_at FROM case_ ORDER BY 1")
    assert before == after
    assert shelf.count("case_set") == 1


def test_what_a_report_says_of_a_case_is_kept_with_the_case(shelf: Shelf) -> None:
    detail = CaseDetail(("slow", "db", "db"), (("owner", "shop"),), timeout_ms=5_000, retries=2)
    last = ReportedExecution(Outcome.PASSED)
    told = ReportedCase("unit", "Cart", "adds", "", None, None, last, detail=detail)
    silent = told._replace(name="takes", detail=None)

    with unit_of_work(shelf.engine) as session:
        cases.add(session, REPO, [told, silent], now=shelf.now, is_trusted=True)

    rows = shelf.rows("SELECT name, tags, properties, timeout_ms, retries FROM case_ ORDER BY name")
    assert [dict(row) for row in rows] == [
        {
            "name": "adds",
            "tags": ["db", "slow"],
            "properties": {"owner": "shop"},
            "timeout_ms": 5_000,
            "retries": 2,
        },
        {"name": "takes", "tags": [], "properties": {}, "timeout_ms": None, "retries": None},
    ]


def test_the_id_in_the_database_is_the_computed_one(shelf: Shelf) -> None:
    shelf.store(junit(passed("adds[1]"), passed("adds")))

    last = ReportedExecution(Outcome.PASSED)
    expected = {
        case_id(REPO, ReportedCase("unit", "Cart", "adds", parameters, None, None, last)).hex()
        for parameters in ("", "[1]")
    }
    assert {row["case_id"].hex for row in shelf.rows("SELECT case_id FROM case_")} == expected


def standing_at(name: str, file: str, line: int, *tags: str) -> str:
    told = "".join(f'<property name="tag" value="{tag}"/>' for tag in tags)
    inside = f"<properties>{told}</properties>" if tags else ""
    place = f'file="{file}" line="{line}"'
    return f'<testcase classname="Cart" name="{name}" {place}>{inside}</testcase>'


PLACES = "SELECT name, file, line, tags, properties FROM case_ ORDER BY name"


def test_a_fork_neither_moves_a_known_case_nor_says_what_it_is(shelf: Shelf) -> None:
    shelf.store(junit(standing_at("adds", "cart_test.py", 3, "fast")))
    before = shelf.rows(PLACES)

    shelf.store(
        junit(standing_at("adds", "evil.py", 1, "evil"), standing_at("lies", "evil.py", 2)),
        run_id=2,
        is_trusted=False,
    )

    assert [row["name"] for row in shelf.rows(PLACES)] == ["adds", "lies"]
    assert shelf.rows(PLACES)[0] == before[0]


def test_where_a_case_stands_is_the_word_of_the_repositorys_own_reports(shelf: Shelf) -> None:
    report = junit(standing_at("adds", "evil.py", 1, "evil"))
    shelf.store(report, run_id=1, is_trusted=False)

    shelf.store(junit(standing_at("adds", "cart_test.py", 3, "fast")), run_id=2)

    [row] = shelf.rows(PLACES)
    assert (row["file"], row["line"]) == ("cart_test.py", 3)
    assert "evil" not in str(row)


def test_a_forks_set_of_cases_takes_the_place_of_none_of_the_repositorys_own(
    shelf: Shelf,
) -> None:
    report = junit(standing_at("adds", "cart_test.py", 3))
    shelf.store(report, run_id=1, is_trusted=False)
    shelf.store(report, run_id=2)

    assert shelf.count("case_set") == 2
    assert shelf.count("case_") == 1
