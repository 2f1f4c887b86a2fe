"""`flakeguard plan` and `flakeguard accuracy`."""

from collections.abc import Iterator

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from app.api import plan_shapes
from app.commands.tables import whole_table
from app.core.costs import rates_in
from app.core.plan import PlanLine
from app.db.session import unit_of_work
from app.render import words
from app.render.escape import plain
from app.render.links import Links
from app.render.words import plan as words_plan
from app.services import plans
from app.services.plans import Plan
from app.services.publishing.commit_facts import Addresses
from app.services.quarantine.held import repository_named
from app.settings import Settings
from app.wiring import wired

REASON_SHOWN = 500  # characters of a piece of evidence
NAMES_SHOWN = 200  # characters of the jobs or variants
PULLS_SHOWN = 10  # numbers of pull requests


def show(settings: Settings, repository: str, *, owner: str | None, as_json: bool) -> int:
    """Rank what to quarantine or fix, the dearest first; with an `owner`, what is theirs."""
    with wired(settings) as parts:
        with unit_of_work(parts.engine) as session:
            known = repository_named(session, repository)
        rates = rates_in(settings.runner_rates)
        found = plans.plan(parts.engine, known.id, rates=rates, now=parts.clock(), owner=owner)
    if as_json:
        addresses = Addresses(settings.github_server_url, settings.public_url)
        typer.echo(plan_shapes.plan_of(known.full_name, found, addresses).model_dump_json())
    elif found.lines:
        links = Links(known.full_name, settings.github_server_url, settings.public_url)
        _print(found, links, owner=owner)
    else:
        typer.echo(words_plan.nothing_to_plan(plain(owner) if owner else None))
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


def _print(found: Plan, links: Links, *, owner: str | None) -> None:
    console = Console()
    console.print(table_of(found))
    for line in links_of(found, links):
        console.print(line, soft_wrap=True, style="dim", markup=False, highlight=False)
    whole = words_plan.whole_said(found.whole, plain(links.repository), owner=owner)
    console.print(whole, markup=False, highlight=False)
    console.print(words_plan.FORMULA, style="dim")


def table_of(found: Plan) -> Table:
    """The plan, a case a row, the dearest first."""
    table = whole_table("", "case", "what to do", "cost in 30 days", "evidence")
    for place, line in enumerate(found.lines, start=1):
        said = f"{words_plan.advice_said(line)} {words_plan.hidden_said(line.hidden)}"
        table.add_row(
            str(place),
            "\n".join(escape(one) for one in _concerned(line)),
            escape(said),
            words_plan.cost_said(line.cost),
            "\n".join(escape(one) for one in _evidence(line)),
        )
    return table


def links_of(found: Plan, links: Links) -> Iterator[str]:
    """For each row, by its number: the case's page, and the newest attempt in which it failed."""
    for place, line in enumerate(found.lines, start=1):
        last = next((url for one in line.attempts if (url := links.attempt(one))), None)
        urls = [plain(one, limit=REASON_SHOWN) for one in (links.case(line.case_id), last) if one]
        if urls:
            yield f"{place}: {' '.join(urls)}"


def _concerned(line: PlanLine) -> Iterator[str]:
    """The case, whose it is, and where it failed."""
    yield plain(line.name)
    if line.owners:
        yield plain(", ".join(line.owners))
    for what, names in (("jobs", line.jobs), ("variants", line.variants)):
        if names:
            yield plain(f"{what}: {', '.join(names)}", limit=NAMES_SHOWN)
    if line.pull_requests:
        yield f"pull requests: {', '.join(f'#{one}' for one in line.pull_requests[:PULLS_SHOWN])}"


def _evidence(line: PlanLine) -> Iterator[str]:
    for reason in words.evidence_sentences(line.standing.evidence):
        yield plain(reason, limit=REASON_SHOWN)
