"""Failures are folded into clusters: each once, like ones together, ids for good."""

from datetime import timedelta
from html import escape

import pytest
from sqlalchemy import text

from app.clock import utc_now
from app.core.signatures import SIGNATURE_VERSION
from app.db.clusters import folding
from app.db.clusters.merging import merge
from app.db.session import Engine, unit_of_work
from app.services import clustering
from tests.db.shelf import REPO, Shelf, failed, junit, passed

SLOW = "timed out after 30 s waiting for the mail relay to accept the message"
SLOWER = "timed out after 95 s waiting for the mail relay to take the message"
REFUSED = "connection to the price service was refused by its host"


@pytest.fixture
def shelf(engine: Engine) -> Shelf:
    made = Shelf(engine, utc_now() - timedelta(days=10))
    made.open()
    return made


def store(shelf: Shelf, *cases: str, is_trusted: bool = True) -> None:
    """Store a report of a run of its own, an hour after the one before."""
    shelf.now += timedelta(hours=1)
    run_id = shelf.count("run") + 1
    shelf.store(junit(*cases), run_id=run_id, sha=f"{run_id:040x}", is_trusted=is_trusted)


def fold(shelf: Shelf) -> int:
    return clustering.fold_due(shelf.engine, now=shelf.now)


def clusters(shelf: Shelf) -> list[tuple[int, str, int]]:
    """Those that stand: id, text and failures, oldest first."""
    rows = shelf.rows(
        "SELECT cluster_id, said, failures FROM cluster WHERE merged_into IS NULL"
        " ORDER BY cluster_id"
    )
    return [(row["cluster_id"], row["said"], row["failures"]) for row in rows]


def test_failures_of_several_cases_that_say_the_same_are_one_cluster(shelf: Shelf) -> None:
    store(shelf, failed("sends", SLOW), failed("answers", SLOW.replace("30", "31")))
    store(shelf, failed("sends", SLOW), failed("buys", REFUSED), passed("sells"))

    folded = fold(shelf)

    assert folded == 2
    assert sorted((said, failures) for _, said, failures in clusters(shelf)) == [
        ("AssertionError: " + REFUSED, 1),
        ("AssertionError: timed out after # waiting for the mail relay to accept the message", 3),
    ]
    cases = shelf.rows(
        "SELECT name, variant, failures, cluster_case.first_seen_at, last_seen_at FROM cluster_case"
        " JOIN case_ USING (repo_id, case_id) ORDER BY name"
    )
    assert [(row["name"], row["variant"], row["failures"]) for row in cases] == [
        ("answers", "unit", 1),
        ("buys", "unit", 1),
        ("sends", "unit", 2),
    ]
    assert cases[2]["last_seen_at"] - cases[2]["first_seen_at"] == timedelta(hours=1)
    assert sum(row["failures"] for row in shelf.rows("SELECT failures FROM cluster_day")) == 4


def test_a_failure_is_counted_once_however_often_it_is_folded(shelf: Shelf) -> None:
    store(shelf, failed("sends", SLOW))
    fold(shelf)

    again = fold(shelf)
    store(shelf, failed("sends", SLOW))
    fold(shelf)

    assert again == 0
    assert [failures for _, _, failures in clusters(shelf)] == [2]


def test_what_is_nearly_the_same_joins_and_the_cluster_keeps_its_id(shelf: Shelf) -> None:
    store(shelf, failed("sends", SLOW))
    fold(shelf)
    ((before, _, _),) = clusters(shelf)

    store(shelf, failed("answers", SLOWER))
    fold(shelf)

    ((after, said, failures),) = clusters(shelf)
    assert (after, failures) == (before, 2)
    assert said.endswith("accept the message")


def age(shelf: Shelf, *, said: str, words: str) -> None:
    """Leave the only signature as an older version of the masks made it."""
    older = "overlay(signature PLACING '\\x03' FROM 1)"
    with unit_of_work(shelf.engine) as session:
        for statement in (
            f"INSERT INTO cluster_signature SELECT repo_id, {older}, cluster_id, 3, :words,"
            " first_seen_at FROM cluster_signature",
            f"UPDATE cluster_band SET signature = {older}, key = key + 1",
            "DELETE FROM cluster_signature WHERE version > 3",
            "UPDATE cluster SET said = :said, words = :words",
        ):
            session.execute(text(statement), {"said": said, "words": words})


def test_a_cluster_keeps_its_id_when_the_masks_read_it_otherwise(shelf: Shelf) -> None:
    store(shelf, failed("sends", "PT30S passed before relay"))
    fold(shelf)
    ((before, _, _),) = clusters(shelf)
    age(shelf, said="AssertionError: PT#S", words="assertionerror pt passed before relay")

    store(shelf, failed("sends", "PT2M0.5S passed before relay"))
    fold(shelf)

    assert clusters(shelf) == [(before, "AssertionError: # passed before relay", 2)]
    versions = shelf.rows("SELECT DISTINCT version FROM cluster_signature")
    assert [row["version"] for row in versions] == [SIGNATURE_VERSION]


def test_two_clusters_that_turn_out_to_be_one_keep_the_older_id(shelf: Shelf) -> None:
    words = "the relay of the shop in its old house did not take our mail for the new year today"
    one = words.replace("old house", "blue barn").replace("new year", "long week")
    other = words.replace("our mail", "any post").replace("today", "again")
    store(shelf, failed("sends", one))
    store(shelf, failed("answers", other))
    fold(shelf)
    (older, _, _), (younger, _, _) = clusters(shelf)

    with unit_of_work(shelf.engine) as session:
        merge(session, REPO, old=older, young=younger)

    ((kept, _, failures),) = clusters(shelf)
    assert (kept, failures) == (older, 2)
    rows = shelf.rows("SELECT merged_into FROM cluster WHERE cluster_id = :id", id=younger)
    assert [row["merged_into"] for row in rows] == [older]
    assert {row["cluster_id"] for row in shelf.rows("SELECT cluster_id FROM cluster_case")} == {
        older
    }


def test_a_text_between_two_clusters_makes_them_one(shelf: Shelf) -> None:
    tail = "while the nightly job of the shop was sending mail to every customer of the last year"
    store(shelf, failed("sends", f"relay gone {tail} alpha"))
    fold(shelf)
    store(shelf, failed("answers", f"delta gamma {tail} lost"))
    fold(shelf)
    (older, _, _), _ = clusters(shelf)

    store(shelf, failed("buys", tail))
    fold(shelf)

    ((kept, _, failures),) = clusters(shelf)
    assert (kept, failures) == (older, 3)


def test_clusters_that_people_have_named_stay_apart(shelf: Shelf) -> None:
    tail = "while the nightly job of the shop was sending mail to every customer of the last year"
    store(shelf, failed("sends", f"relay gone {tail} alpha"))
    store(shelf, failed("answers", f"delta gamma {tail} lost"))
    fold(shelf)
    shelf_update(shelf, "UPDATE cluster SET name = 'known ' || cluster_id")

    store(shelf, failed("buys", tail))
    fold(shelf)

    assert sorted(failures for _, _, failures in clusters(shelf)) == [1, 2]


def test_texts_that_say_too_little_are_in_no_cluster(shelf: Shelf) -> None:
    store(shelf, failed("adds", "assert 1 == 2"), failed("takes", "assert 3 == 4"))

    fold(shelf)

    assert clusters(shelf) == []
    assert shelf.count("cluster_signature") == 1


def test_a_forks_failures_make_no_cluster(shelf: Shelf) -> None:
    store(shelf, failed("sends", SLOW), is_trusted=False)

    assert fold(shelf) == 1
    assert clusters(shelf) == []


def test_a_thousand_texts_fill_no_place_beyond_its_bound(shelf: Shelf) -> None:
    letters = "abcdefghijklmnopqrstuvwxyz"
    texts = [
        f"the relay said {letters[n % 26] * 3} and {letters[n // 26] * 4} twice" for n in range(200)
    ]
    store(shelf, *(failed(f"case_{n}", said) for n, said in enumerate(texts)))

    fold(shelf)

    fullest = shelf.rows(
        "SELECT max(n) AS most"
        " FROM (SELECT count(*) AS n FROM cluster_band GROUP BY band, key) AS place"
    )
    assert 1 < fullest[0]["most"] <= folding.PLACES
    assert sum(failures for _, _, failures in clusters(shelf)) == 200


def test_hostile_texts_are_stored_and_cut(shelf: Shelf) -> None:
    hostile = escape("<script>alert(1)</script> relay \u202e gone for good " + "x" * 50_000)
    store(shelf, failed("sends", hostile, "\x1b[31m".replace("\x1b", "") + "t" * 60_000))

    fold(shelf)

    (row,) = shelf.rows("SELECT said, example_message, example_trace FROM cluster")
    assert row["said"].startswith("AssertionError: <script>alert(#)")
    assert len(row["said"]) < 1_000
    assert len(row["example_message"]) == folding.TEXT_CUT


def test_two_who_fold_at_once_count_nothing_twice(shelf: Shelf) -> None:
    store(shelf, failed("sends", SLOW))

    with unit_of_work(shelf.engine) as session:
        first = folding.claim(session, REPO)
        with unit_of_work(shelf.engine) as other:
            second = folding.claim(other, REPO)

    assert first is not None
    assert second is None


def test_who_is_killed_before_the_end_has_folded_nothing(shelf: Shelf) -> None:
    store(shelf, failed("sends", SLOW))

    with pytest.raises(ZeroDivisionError):
        half_folded(shelf)
    fold(shelf)

    assert [failures for _, _, failures in clusters(shelf)] == [1]


def half_folded(shelf: Shelf) -> None:
    """Fold, and die before the transaction ends."""
    with unit_of_work(shelf.engine) as session:
        batch = folding.claim(session, REPO)
        assert batch is not None
        folding.count(session, batch, now=shelf.now)
        raise ZeroDivisionError


def shelf_update(shelf: Shelf, statement: str) -> None:
    """Change rows as a person's act would."""
    with unit_of_work(shelf.engine) as session:
        session.execute(text(statement))
