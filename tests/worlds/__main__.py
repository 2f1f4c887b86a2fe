"""`python -m tests.worlds KIND SEED FOLDER`: writes a world's history and truth."""

from pathlib import Path
from typing import Annotated

import typer

from tests.worlds.kinds import KINDS
from tests.worlds.team import lived
from tests.worlds.writing import write


def main(
    kind: Annotated[str, typer.Argument(help=f"Of: {', '.join(KINDS)}.")],
    seed: int,
    folder: Annotated[Path, typer.Argument(exists=True, file_okay=False)],
) -> None:
    """Write KIND-SEED.jsonl.gz and KIND-SEED.truth.json.gz."""
    if kind not in KINDS:
        raise typer.BadParameter(f"There is no kind called {kind}.")
    for path in write(lived(KINDS[kind], seed), folder):
        typer.echo(path)


if __name__ == "__main__":
    typer.run(main)
