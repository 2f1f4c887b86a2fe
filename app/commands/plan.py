"""`flakeguard plan` and `flakeguard accuracy`."""

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from app.api import plan_shapes
from app.core.costs import rates_in
from app.db.session import unit_of_work
from app.render import words
from app.render.escape import plain
from app.render.words import plan as words_plan
from app.services import plans
from app.services.plans import Plan
from app.services.quarantine.held import repository_named
from app.settings import Settings
from app.wiring import wired

REASON_SHOWN = 500  # characters of a piece of evidence


def show(settings: Settings, repository: str, *, as_json: bool) -> int:
    """Rank what to quarantine or fix, the dearest first."""
    with wired(settings) as parts:
        with unit_of_work(parts.engine) as session:
            known = repository_named(session, repository)
        rates = rates_in(settings.runner_rates)
        found = plans.plan(parts.engine, known.id, rates=rates, now=parts.clock())
    if as_json:
        typer.echo(plan_shapes.plan_of(known.full_name, found).model_dump_json())
    elif found.lines:
        _print(found)
    else:
        typer.echo("Nothing is flaky and nothing is broken: there is nothing to plan.")
    return 0


def accuracy(settings: Settings, repository: str, *, as_json: bool) -> int:
    """Say how right we were, by the corrections of people and time."""
    with wired(settings) as parts:
        with unit_of_work(parts.engine) as session:
            known = repository_named(session, repository)
        found = plans.accuracy(parts.engine, known.id, now=parts.clock())
    if as_json:
        typer.echo(plan_shapes.accuracy_of(known.full_name, found).model_dump_json())
        return 0
    typer.echo(words_plan.accuracy_said(found))
    for one in found.calibration:
        typer.echo(words_plan.calibration_said(one))
    return 0


def _print(found: Plan) -> None:
    console = Console()
    console.print(table_of(found))
    console.print(f"All together: {words_plan.cost_said(found.whole)}.")
    console.print(words_plan.FORMULA, style="dim")


def table_of(found: Plan) -> Table:
    """The plan, a case a row, the dearest first."""
    table = Table("", "case", "what to do", "cost in 30 days", "evidence")
    for place, line in enumerate(found.lines, start=1):
        reasons = words.evidence_sentences(line.standing.evidence)
        said = f"{words_plan.advice_said(line)} {words_plan.hidden_said(line.hidden)}"
        who = f"\n{escape(plain(', '.join(line.owners)))}" if line.owners else ""
        table.add_row(
            str(place),
            escape(plain(line.name)) + who,
            escape(said),
            words_plan.cost_said(line.cost),
            escape(plain(reasons[0], limit=REASON_SHOWN) if reasons else ""),
        )
    return table
