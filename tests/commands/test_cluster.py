"""`flakeguard cluster`: listed, shown, named and linked on a real command line."""

from pathlib import Path

import pytest
from sqlalchemy import text

from app.clock import utc_now
from app.db.session import engine_for, unit_of_work
from app.embedded import Servers
from app.services import clustering
from tests.commands.test_token import CommandLine
from tests.db.shelf import Shelf, failed, junit

SLOW = "timed out waiting for the mail relay to accept the message"


@pytest.fixture
def flakeguard(tmp_path: Path, servers: Servers, database_url: str) -> CommandLine:
    """A command line on a database with one cluster of two cases."""
    assert servers.redis_url is not None
    found = CommandLine(tmp_path / "data", database_url, servers.redis_url)
    assert found("migrate")[0] == 0
    engine = engine_for(database_url)
    shelf = Shelf(engine, utc_now())
    shelf.open()
    shelf.store(junit(failed("sends", SLOW), failed("answers", SLOW)))
    clustering.fold_due(engine, now=shelf.now)
    engine.dispose()
    return found


def test_a_cluster_is_listed_shown_named_and_linked(
    flakeguard: CommandLine, database_url: str
) -> None:
    [listed] = flakeguard.json("cluster", "list", "acme/shelf")
    id_ = str(listed["id"])
    [shown] = flakeguard.json("cluster", "show", "acme/shelf", id_)
    nobodys = flakeguard("cluster", "list", "acme/shelf", "--owner", "@acme/till")
    [named] = flakeguard.json("cluster", "name", "acme/shelf", id_, "Slow mail")
    status, said, complained = flakeguard(
        "cluster", "link", "acme/shelf", id_, "https://github.example/i/7"
    )
    [again] = flakeguard.json("cluster", "name", "acme/shelf", id_, "")

    assert (listed["title"], listed["failures"], listed["cases"], listed["jobs"]) == (
        f"AssertionError: {SLOW}",
        2,
        2,
        1,
    )
    assert nobodys[:2] == (0, "No case of @acme/till is in a cluster.\n")
    assert listed["why"] == "The message names a time-out: “timed out”."
    assert sorted(one["title"] for one in shown["failing"]) == ["Cart::answers", "Cart::sends"]
    assert shown["trend"][-1]["failures"] == 2
    assert named["title"] == "Slow mail"
    assert (status, complained) == (0, "")
    assert said == (
        f"Cluster {id_} is called Slow mail. Its issue is https://github.example/i/7."
        f" (event {named['event'] + 1})\n"
    )
    assert (again["name"], again["issue"]) == (None, "https://github.example/i/7")
    assert audited(database_url) == [
        ("cluster_named", None, "Slow mail"),
        ("cluster_linked", None, "https://github.example/i/7"),
        ("cluster_named", "Slow mail", None),
    ]


def test_people_read_tables(flakeguard: CommandLine) -> None:
    [listed] = flakeguard.json("cluster", "list", "acme/shelf")

    status, table, _ = flakeguard("cluster", "list", "acme/shelf")
    _, page, _ = flakeguard("cluster", "show", "acme/shelf", str(listed["id"]))

    assert status == 0
    assert "time-out" in table
    assert "2 failures of 2 cases in 1 job" in page
    assert "Cart::sends" in page


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("list", "acme/none"), "No repository is called acme/none."),
        (("show", "acme/shelf", "99"), "acme/shelf has no cluster 99."),
        (("name", "acme/shelf", "99", "x"), "acme/shelf has no cluster 99."),
        (("name", "acme/shelf", "1", "x" * 121), "one line of at most 120 characters"),
        (("link", "acme/shelf", "1", "javascript:x"), "which begins with https://"),
    ],
)
def test_what_cannot_be_done_is_said_in_one_sentence(
    flakeguard: CommandLine, arguments: tuple[str, ...], said: str
) -> None:
    status, _, complained = flakeguard("cluster", *arguments)

    assert status == 1
    assert said in complained
    assert complained.count("\n") == 1


def audited(database_url: str) -> list[tuple[str, str | None, str | None]]:
    """What the audit trail says: act, before, after."""
    engine = engine_for(database_url)
    with unit_of_work(engine) as session:
        rows = session.execute(
            text(
                "SELECT act, before ->> 'value', after ->> 'value' FROM audit_event"
                " WHERE act LIKE 'cluster%' ORDER BY event_id"
            )
        ).all()
    engine.dispose()
    return [(row[0], row[1], row[2]) for row in rows]
