"""`flakeguard quarantine`: what is held, and every act about it."""

import json
from collections.abc import Sequence
from datetime import datetime

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from app.commands.tables import whole_table
from app.core.acts import ActName
from app.core.held import HeldCase
from app.core.proof import Progress
from app.core.quarantine import REASON_LIMIT, QuarantineState
from app.db import case_pages, decisions
from app.db import held as rows
from app.db.decisions import StoredEvent
from app.db.session import unit_of_work
from app.render import words
from app.render.escape import plain as shown
from app.render.words import decisions as words_decisions
from app.services.access.sessions import ADMIN
from app.services.acts import Actor, Done, undo
from app.services.acts.named import Asked, perform
from app.services.answers import aftermath
from app.services.quarantine.held import case_named, of_owner, repository_named
from app.settings import Settings
from app.wiring import Parts, wired


def show(
    settings: Settings, repository: str, *, everything: bool, owner: str | None, as_json: bool
) -> int:
    """List what is proposed or held; with an `owner`, what is theirs."""
    with wired(settings) as parts, unit_of_work(parts.engine) as session:
        repo_id = repository_named(session, repository).id
        found = of_owner(
            session, repo_id, owner, rows.listed(session, repo_id, everything=everything)
        )
        now = parts.clock()
    if as_json:
        for one in found:
            typer.echo(json.dumps(plain(one) | {"state": one.quarantine.state_at(now).value}))
    elif found:
        Console().print(table_of(found, now=now))
    else:
        of = f" of {shown(owner)}" if owner else ""
        typer.echo(f"Nothing{of} is proposed or quarantined.")
    return 0


def steps(settings: Settings, repository: str, case: str, *, as_json: bool) -> int:
    """Show every step of a case's quarantine: who, when, why, and the evidence then."""
    with wired(settings) as parts, unit_of_work(parts.engine) as session:
        repo_id = repository_named(session, repository).id
        case_id = case_named(session, repo_id, case)
        found = decisions.events(session, repo_id, case_id)
        numbers = case_pages.numbers(session, repo_id, case_id)
    for one in found:
        number = numbers.get((one.at, one.request_id))
        typer.echo(json.dumps(_plain_event(one, number)) if as_json else said(one, number))
    if not found and not as_json:
        typer.echo("Nothing was ever decided about this case.")
    return 0


def act(
    settings: Settings, repository: str, case: str, name: ActName, asked: Asked, *, as_json: bool
) -> int:
    """Do one thing to a case, as whoever runs this installation."""
    with wired(settings) as parts:
        actor, now = _admin(parts), parts.clock()
        with unit_of_work(parts.engine) as session:
            repo_id = repository_named(session, repository).id
            case_id = case_named(session, repo_id, case)
            done = perform(session, repo_id, case_id, name, asked, actor, now=now)
            wanted = aftermath.follows(session, repo_id, done, now=now)
            aftermath.ask(session, wanted, request_id=actor.request_id, now=now)
        aftermath.hint(parts.queue, wanted)
    _say(done, as_json=as_json)
    return 0


def take_back(settings: Settings, repository: str, event_id: int, *, as_json: bool) -> int:
    """Undo an act by its number in the audit trail."""
    with wired(settings) as parts:
        actor, now = _admin(parts), parts.clock()
        with unit_of_work(parts.engine) as session:
            repo_id = repository_named(session, repository).id
            done = undo(session, repo_id, event_id, actor, now=now)
            wanted = aftermath.follows(session, repo_id, done, now=now)
            aftermath.ask(session, wanted, request_id=actor.request_id, now=now)
        aftermath.hint(parts.queue, wanted)
    _say(done, as_json=as_json)
    return 0


def plain(one: HeldCase) -> dict[str, object]:
    """A held case as JSON has it."""
    kept = one.quarantine
    return {
        "case": str(one.case_id),
        "name": one.full_name,
        "file": one.file,
        "state": kept.state.value,
        "reason": kept.reason,
        "by": kept.decided_by,
        "since": kept.since.isoformat(),
        "until": kept.until.isoformat() if kept.until else None,
        "owner": kept.owner,
        "owner_is_guess": kept.owner_is_guess,
        "clean_runs": kept.clean_runs,
        "clean_needed": kept.clean_needed,
    }


def table_of(found: Sequence[HeldCase], *, now: datetime) -> Table:
    """What is proposed or held, a case a row; a proposal that nobody took up has no proof yet."""
    table = whole_table("case", "state", "owner", "until", "proof", "reason")
    for one in found:
        kept = one.quarantine
        progress = Progress(kept.clean_runs, kept.clean_needed)
        is_taken_up = kept.state is not QuarantineState.PROPOSED
        owner = words_decisions.owner_shown(kept.owner, is_guess=kept.owner_is_guess)
        table.add_row(
            escape(shown(one.full_name)),
            words_decisions.STATES[kept.state_at(now)],
            escape(shown(owner)),
            words.day(kept.until) if kept.until else "",
            words_decisions.proof_progress(progress) if is_taken_up and progress.needed else "",
            escape(shown(kept.reason, limit=REASON_LIMIT)),
        )
    return table


def _admin(parts: Parts) -> Actor:
    return Actor(ADMIN, "cli", parts.context.new_token(), is_person=False)


def _say(done: Done, *, as_json: bool) -> None:
    if as_json:
        case = None if done.case_id is None else str(done.case_id)
        typer.echo(json.dumps({"case": case, "said": done.sentence, "event": done.event_id}))
    else:
        typer.echo(f"{shown(done.sentence, limit=REASON_LIMIT)} (event {done.event_id})")


def _plain_event(one: StoredEvent, number: int | None) -> dict[str, object]:
    return {
        "at": one.at.isoformat(),
        "event": one.event,
        "number": number,
        "was": one.was,
        "now": one.now,
        "by": one.actor,
        "why": one.why,
        "until": one.until.isoformat() if one.until else None,
        "evidence": dict(one.evidence),
        "request_id": one.request_id,
    }


def said(one: StoredEvent, number: int | None = None) -> str:
    """A step on one line, whatever the reason that somebody gave holds.

    `number` is the act's, by which it is undone; None where it has none.
    """
    states = f"{one.was or 'undecided'} → {one.now or 'undecided'}"
    why = shown(one.why, limit=REASON_LIMIT)
    undone_by = f" (event {number})" if number is not None else ""
    return f"{words.minute(one.at)}  {one.event}: {states}, by {shown(one.actor)}: {why}{undone_by}"
