"""What `flakeguard quarantine` and `plan` print: a line each, whatever names and reasons hold."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

from rich.console import Console
from rich.table import Table

from app.commands import plan, quarantine
from app.core.costs import Cost
from app.core.decide import Standing, State
from app.core.held import HeldCase
from app.core.plan import Advice, FailedAttempt, Hidden, PlanLine
from app.core.quarantine import Quarantine, QuarantineState
from app.db.decisions import StoredEvent
from app.render.links import Links
from app.render.words import plan as words_plan
from app.services.plans import Plan

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
CASE = UUID(int=7)
HOSTILE = "test_cart[\x1b[2J\u202eevil]\n[bold]forged[/bold]"
SHOWN = "test_cart[\\u001b[2J\\u202eevil] [bold]forged[/bold]"
PROPOSED = Quarantine(
    id=1,
    case_id=CASE,
    state=QuarantineState.PROPOSED,
    reason="Flaky\x1b]0;title\x07 since\nMonday.",
    decided_by="@mona",
    since=NOW,
    evidence_at=NOW,
    until=None,
)
FLAKY = Standing(
    state=State.FLAKY,
    score=0.96,
    rate=0.05,
    rate_interval=(0.02, 0.1),
    runs=60,
    failures=3,
    flakes=3,
    first_detected_at=None,
    last_flake_at=None,
    last_failure_at=None,
    broken_since=None,
    evidence=(),
)


def printed(table: Table, *, width: int = 250) -> str:
    console = Console(width=width, force_terminal=False)
    with console.capture() as said:
        console.print(table)
    return said.get()


def held(decision: Quarantine) -> HeldCase:
    return HeldCase(CASE, "", "", HOSTILE, "", None, decision)


def cells(row: str) -> list[str]:
    return [cell.strip() for cell in row.strip("│").split("│")]


def test_a_proposal_has_no_proof_yet_and_a_hostile_name_stays_in_its_row() -> None:
    proposed = replace(PROPOSED, clean_needed=60)  # the terms that it would have

    found = printed(quarantine.table_of([held(proposed)], now=NOW))

    assert cells(found.splitlines()[3]) == [
        SHOWN,
        "proposed for quarantine",
        "nobody known",
        "",
        "",
        "Flaky\\u001b]0;title\\u0007 since Monday.",
    ]


def test_what_is_held_shows_owner_end_and_proof() -> None:
    kept = replace(
        PROPOSED,
        state=QuarantineState.ACTIVE,
        owner="@acme/cart",
        owner_is_guess=True,
        until=NOW + timedelta(days=9),
        clean_runs=41,
        clean_needed=60,
    )

    found = printed(quarantine.table_of([held(kept)], now=NOW))

    assert cells(found.splitlines()[3])[1:5] == [
        "quarantined",
        "@acme/cart (a guess)",
        "2026-03-11",
        "41 of 60 clean runs seen",
    ]


def test_a_long_name_is_whole_however_narrow_the_terminal() -> None:
    name = "tests.test_callbacks::test_the_receiver_listens_where_the_provider_calls"
    of_it = replace(held(PROPOSED), name=name)

    found = printed(quarantine.table_of([of_it], now=NOW), width=90)

    shown = "".join(cells(row)[0] for row in found.splitlines() if row.startswith("│"))
    assert shown == name


def test_what_one_owner_has_nothing_of_is_not_said_of_everybody() -> None:
    assert words_plan.nothing_to_plan("@ann") == (
        "Nothing of @ann is flaky and nothing is broken: there is nothing to plan."
    )
    whole = words_plan.whole_said(Cost(failed_runs=2), "acme/shop", owner="@ann")
    assert whole.startswith("All of acme/shop together: 2 failed runs, ")


def test_a_reason_forges_no_second_step() -> None:
    event = StoredEvent(
        event="approved",
        was=QuarantineState.PROPOSED,
        now=QuarantineState.ACTIVE,
        at=NOW,
        actor="@mona",
        why="Slow.\n2026-03-03 12:00 UTC  released: active → dismissed, by @ann: \x1b[8mgone",
        until=None,
        evidence={},
        request_id="r7",
    )

    assert quarantine.said(event, 7) == (
        "2026-03-02 12:00 UTC  approved: proposed → active, by @mona: Slow. 2026-03-03 12:00 UTC "
        "released: active → dismissed, by @ann: \\u001b[8mgone (event 7)"
    )


RUNS = "https://github.com/acme/shop/actions/runs"


def test_a_hostile_name_stays_in_its_row_of_the_plan() -> None:
    line = PlanLine(
        case_id=CASE,
        name=HOSTILE,
        file=None,
        standing=FLAKY,
        advice=Advice.QUARANTINE,
        why_not=None,
        is_held=False,
        owners=("@acme/[red]cart",),
        variants=("unit",),
        pull_requests=(7, 9),
        cost=Cost(failed_runs=2),
        hidden=Hidden(2, 0),
        clean_needed=60,
        until=NOW,
        jobs=("test (3.11)[b]",),
        attempts=(
            FailedAttempt(42, 1, "unit", is_flake=True, url="javascript:alert(1)"),
            FailedAttempt(41, 2, "unit", is_flake=True, url=f"{RUNS}/41"),
        ),
    )

    whole = Plan([line], Cost(failed_runs=2), NOW, NOW)
    links = Links("acme/shop", "https://github.com", "https://flakes.example.com")
    found = printed(plan.table_of(whole))

    assert SHOWN in found
    assert "@acme/[red]cart" in found
    assert "jobs: test (3.11)[b]" in found
    assert "pull requests: #7, #9" in found
    assert list(plan.links_of(whole, links)) == [
        f"1: https://flakes.example.com/r/acme/shop/cases/{CASE} {RUNS}/41/attempts/2"
    ]
    assert "\x1b" not in found
