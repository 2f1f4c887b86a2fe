"""`flakeguard export` and `flakeguard recompute`: a repository's history, out and through again."""

import gzip
import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, cast

import typer

from app.core.asking import QueueName
from app.core.errors import BadInput, Missing
from app.core.requests import Recompute
from app.core.runs import Repository
from app.db import repositories
from app.db.session import Engine, unit_of_work
from app.db.work import tasks
from app.db.work.tasks import Asking
from app.services.export import export as lines_of
from app.settings import Settings
from app.wiring import wired

REQUEST_ID = "recompute-command"


def export(settings: Settings, repository: str, *, into: Path | None) -> int:
    """Write a repository's history, a line at a time, to a file or to the standard output."""
    with wired(settings) as parts:
        found = _named(parts.engine, repository)
        with _output(into) as file:
            for line in lines_of(parts.engine, found, now=parts.clock()):
                file.write(line)
    return 0


@contextmanager
def _output(into: Path | None) -> Iterator[BinaryIO]:
    if into is None:
        yield sys.stdout.buffer
        sys.stdout.buffer.flush()
        return
    try:
        with into.open("wb") as plain:
            if into.suffix != ".gz":
                yield plain
                return
            with gzip.open(plain, "wb") as packed:
                yield cast(BinaryIO, packed)
    except OSError as error:
        raise BadInput(f"{into} cannot be written: {error.strerror}.") from None


def recompute(settings: Settings, repository: str | None, *, as_json: bool) -> int:
    """Ask for one repository, or each, to be judged anew from what is stored."""
    with wired(settings) as parts, unit_of_work(parts.engine) as session:
        if repository is None:
            wanted = repositories.repositories(session)
        else:
            known = repositories.repository_named(session, repository)
            wanted = [known] if known is not None else []
        if repository is not None and not wanted:
            raise Missing(_unknown(repository))
        asked = [Asking(Recompute(one.id), QueueName.HISTORY, REQUEST_ID) for one in wanted]
        tasks.ask(session, asked, now=parts.clock())
    names = [one.full_name for one in wanted]
    if as_json:
        typer.echo(json.dumps({"repositories": names}))
        return 0
    for name in names:
        typer.echo(f"{name} is judged anew in the background.")
    if not names:
        typer.echo("No repository is known yet, so there is nothing to judge anew.")
    return 0


def _named(engine: Engine, repository: str) -> Repository:
    with unit_of_work(engine) as session:
        found = repositories.repository_named(session, repository)
    if found is None:
        raise Missing(_unknown(repository))
    return found


def _unknown(repository: str) -> str:
    return f"No delivery has named {repository} yet; repositories are known as OWNER/NAME."
