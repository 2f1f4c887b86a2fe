"""The small files of the data folder."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

from app.embedded.folder import write_once

WRITERS = 8


def test_of_many_who_write_a_file_at_once_one_does_and_the_file_stays(tmp_path: Path) -> None:
    file = tmp_path / "key"
    together = Barrier(WRITERS)
    asked: list[int] = []

    def content() -> bytes:
        asked.append(len(asked))
        return b"%d" % len(asked)

    def write(_: int) -> None:
        together.wait()
        write_once(file, content)

    with ThreadPoolExecutor(WRITERS) as writers:
        list(writers.map(write, range(WRITERS)))

    assert len(asked) == 1
    assert file.read_bytes() == b"1"
    assert sorted(path.name for path in tmp_path.iterdir()) == [".flakeguard.lock", "key"]


def test_what_a_killed_writer_left_is_written_anew(tmp_path: Path) -> None:
    (tmp_path / ".flakeguard.new").write_bytes(b"ha")

    write_once(tmp_path / "key", lambda: b"half no more")

    assert (tmp_path / "key").read_bytes() == b"half no more"
