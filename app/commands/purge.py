"""`flakeguard purge`: erase all that is kept of a repository or an installation, at once."""

import typer

from app.core.errors import BadInput
from app.render.words import history as words
from app.services import erasing
from app.settings import Settings
from app.wiring import wired


def purge(
    settings: Settings, repository: str | None, *, installation: int | None, is_sure: bool
) -> int:
    """Erase it, after asking; 1 where the answer is no."""
    if (repository is None) == (installation is None):
        raise BadInput("Say what to erase: flakeguard purge OWNER/REPO, or --installation ID.")
    with wired(settings) as parts:
        engine = parts.engine
        if repository is not None:
            found = erasing.named(engine, repository)
        else:
            assert installation is not None
            found = erasing.of_installation(engine, installation)
        names = [name for _, name in found]
        if not is_sure and not typer.confirm(words.really_erase(names)):
            typer.echo(words.nothing_erased())
            return 1
        for repo_id, name in found:
            erasing.erase(engine, repo_id, name)
        if installation is not None:
            erasing.forget_installation(engine, installation)
    typer.echo(words.erased(names))
    return 0
