"""Using the embedded servers: shared, kept, stopped with the last."""

import stat
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

import psycopg
import pytest
import redis
from sqlalchemy import create_engine, text

from app.embedded import Servers, use
from tests.embedded.world import (
    AS_ORDINARY_USER,
    IS_ROOT,
    Asker,
    asked,
    kill,
    modes_of_parents,
    pid_of,
    pids_of,
    processes_of,
    until,
)

LASTING = ("app.embedded.keeper", "bin/postgres -D", "bin/redis-server")  # in their commands


def plain(servers: Servers) -> str:
    """The database's address as libpq takes it."""
    assert servers.database_url is not None
    return servers.database_url.replace("+psycopg", "")


def incremented(url: str | None) -> object:
    assert url is not None
    with redis.Redis.from_url(url) as connection:
        return connection.incr("visits")


def folders_of_sockets(servers: Servers) -> list[Path]:
    """Those that exist, of the two that clients are told."""
    assert servers.database_url is not None
    assert servers.redis_url is not None
    hosts = parse_qs(urlsplit(servers.database_url).query)["host"]
    folders = [Path(hosts[0]), Path(unquote(urlsplit(servers.redis_url).path)).parent]
    return [folder for folder in folders if folder.exists()]


def visits(database_url: str) -> int:
    """Write a row that must last, and count such rows."""
    with psycopg.connect(database_url.replace("+psycopg", "")) as connection:
        connection.execute("CREATE TABLE IF NOT EXISTS visit (at timestamptz DEFAULT now())")
        connection.execute("INSERT INTO visit DEFAULT VALUES")
        row = connection.execute("SELECT count(*) FROM visit").fetchone()
    assert row is not None
    return int(row[0])


@pytest.mark.parametrize(
    "name",
    [
        pytest.param("data", id="plain"),
        pytest.param('it\'s 100 % "my" dätä\\=?&#;', id="odd characters"),
        pytest.param("one, two", id="a comma"),
        pytest.param("long" * 40, id="longer than a socket's path"),
    ],
)
def test_both_servers_run_and_keep_what_they_were_told(tmp_path: Path, name: str) -> None:
    data = tmp_path / name

    with use(data, postgres=True, redis=True) as first:
        seen = [(visits(plain(first)), incremented(first.redis_url))]
    with use(data, postgres=True, redis=True) as second:
        seen.append((visits(plain(second)), incremented(second.redis_url)))

    assert seen == [(1, 1), (2, 2)]
    assert second == first
    assert processes_of(data) == {}
    assert [path for path in folders_of_sockets(first) if not path.is_relative_to(data)] == []


def test_sqlalchemy_takes_the_database_url_in_a_path_with_spaces(tmp_path: Path) -> None:
    with use(tmp_path / "a b", postgres=True, redis=False, durable=False) as servers:
        assert servers.redis_url is None
        assert servers.database_url is not None
        engine = create_engine(servers.database_url)
        with engine.connect() as connection:
            facts = connection.execute(
                text(
                    "SELECT current_database(), current_setting('server_encoding'),"
                    " current_setting('data_checksums'), current_setting('listen_addresses'),"
                    " lower('ÄÖ'), current_setting('server_version_num')::int / 10000"
                )
            ).one()
        engine.dispose()

    assert facts == ("flakeguard", "UTF8", "on", "", "äö", 18)


def test_the_default_is_durable(data: Path) -> None:
    with use(data, postgres=True, redis=True) as servers:
        with psycopg.connect(plain(servers)) as connection:
            settings = connection.execute(
                "SELECT current_setting('fsync'), current_setting('synchronous_commit'),"
                " current_setting('full_page_writes')"
            ).fetchone()
        assert servers.redis_url is not None
        with redis.Redis.from_url(servers.redis_url) as connected:
            append = connected.config_get("append*")

    assert settings == ("on", "on", "on")
    assert append["appendonly"] == "yes"
    assert append["appendfsync"] == "everysec"


def test_the_folder_is_private_and_no_folder_above_changes(tmp_path: Path) -> None:
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    data = closed / "made" / "data"
    before = modes_of_parents(closed / "any")

    with use(data, postgres=True, redis=True, durable=False) as servers:
        during = modes_of_parents(closed / "any")
        folders = folders_of_sockets(servers)
        sockets = [folders[0] / ".s.PGSQL.5432", folders[1] / "redis.sock"]
        open_to_others = [
            path
            for path in (data.parent, data, *data.iterdir(), *folders, *sockets)
            if stat.S_IMODE(path.stat().st_mode) & 0o077
        ]

    assert open_to_others == []
    assert during == before
    assert modes_of_parents(closed / "any") == before


def test_an_empty_folder_that_others_could_read_becomes_private(data: Path) -> None:
    data.mkdir(mode=0o755)

    with use(data, postgres=False, redis=True, durable=False):
        mode = stat.S_IMODE(data.stat().st_mode)

    assert mode == 0o700


def test_many_who_ask_at_once_share_one_of_each_and_the_last_one_stops_them(data: Path) -> None:
    askers = [Asker(data) for _ in range(6)]
    answers = [asker.answer() for asker in askers]

    assert answers == [answers[0]] * 6
    starts = (data / "postgres" / "server.log").read_text().count("starting PostgreSQL")
    assert starts == 1
    assert (data / "redis" / "server.log").read_text().count("Server initialized") == 1

    for asker in askers[:3]:
        asker.leave()
    for asker in askers[3:5]:
        asker.kill()
    assert visits(answers[0]["database_url"]) == 1

    askers[5].kill()  # nobody is left to say goodbye
    until(lambda: processes_of(data) == {})


def test_two_folders_side_by_side_have_servers_of_their_own(tmp_path: Path) -> None:
    with (
        use(tmp_path / "one", postgres=False, redis=True, durable=False) as one,
        use(tmp_path / "two", postgres=False, redis=True, durable=False) as two,
    ):
        assert incremented(one.redis_url) == 1
        assert incremented(two.redis_url) == 1


def test_ctrl_c_of_the_first_user_does_not_reach_the_servers(data: Path) -> None:
    first = Asker(data)
    address = first.answer()["database_url"]
    with use(data, postgres=True, redis=True):
        before = [pids_of(data, words) for words in LASTING]
        first.interrupt()

        assert visits(address) == 1
        assert [pids_of(data, words) for words in LASTING] == before
        assert [len(pids) for pids in before] == [2, 1, 1]


@pytest.mark.parametrize("name", ["postgres", "redis"])
def test_a_server_that_was_killed_comes_back_at_the_same_address(data: Path, name: str) -> None:
    words = {"postgres": f"-D {data}", "redis": "unixsocket:"}[name]
    with use(data, postgres=name == "postgres", redis=name == "redis") as servers:
        address = servers.redis_url or plain(servers)
        count = incremented if name == "redis" else visits
        assert count(address) == 1
        first = pid_of(data, words)

        kill(first)
        until(lambda: bool(pids_of(data, words) - {first}))

        with use(data, postgres=name == "postgres", redis=name == "redis") as again:
            assert again == servers
            assert count(address) == 2


def test_a_killed_keeper_takes_its_server_along_and_the_folder_starts_again(data: Path) -> None:
    with use(data, postgres=True, redis=True) as servers:
        assert visits(plain(servers)) == 1
        for name in ("postgres", "redis"):
            kill(pid_of(data, f"app.embedded.keeper {name}"))
        with use(data, postgres=True, redis=True) as again:
            assert again == servers
            assert visits(plain(again)) == 2


def test_a_folder_whose_every_process_was_killed_starts_again(data: Path) -> None:
    asker = Asker(data, durable=True)
    assert visits(asker.answer()["database_url"]) == 1
    asker.kill()
    for pid in processes_of(data):
        kill(pid)
    until(lambda: processes_of(data) == {})

    with use(data, postgres=True, redis=True) as servers:
        assert visits(plain(servers)) == 2


def test_a_first_start_that_was_cut_short_is_done_anew(data: Path) -> None:
    asker = Asker(data, redis=False)
    until((data / "postgres" / "data.new" / "PG_VERSION").exists)
    kill(pid_of(data, "app.embedded.keeper postgres"))

    assert visits(asker.answer()["database_url"]) == 1
    assert not (data / "postgres" / "data.new").exists()

    asker.leave()


def test_a_long_log_is_cut_and_one_older_one_kept(data: Path) -> None:
    with use(data, postgres=False, redis=True, durable=False):
        log = data / "redis" / "server.log"
        with log.open("ab") as writing:
            writing.write(b"x" * (5 * 1024 * 1024))

        until(lambda: log.stat().st_size == 0)

    assert log.with_suffix(".log.1").stat().st_size > 5 * 1024 * 1024


@pytest.mark.skipif(not IS_ROOT, reason="needs root")
def test_root_without_user_namespaces_runs_them_as_somebody_else(tmp_path: Path) -> None:
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    data = closed / "data"

    with use(data, postgres=True, redis=True, namespaces=False) as servers:
        assert visits(plain(servers)) == 1
        status = Path(f"/proc/{pid_of(data, f'-D {data}')}/status").read_text()
    with use(data, postgres=True, redis=True, namespaces=True) as servers:
        assert visits(plain(servers)) == 2
    with use(data, postgres=True, redis=True, namespaces=False) as servers:
        assert visits(plain(servers)) == 3

    facts = dict(line.split(":\t", 1) for line in status.splitlines())
    assert set(facts["Uid"].split()).isdisjoint({"0"})
    assert int(facts["CapEff"], 16) == 1 << 1  # CAP_DAC_OVERRIDE, and nothing else of root's
    assert processes_of(data) == {}


def test_an_ordinary_user_runs_them(data: Path) -> None:
    with asked(data, prefix=AS_ORDINARY_USER if IS_ROOT else ()) as answer:
        assert visits(answer["database_url"]) == 1
        assert incremented(answer["redis_url"]) == 1
