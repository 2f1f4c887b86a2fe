"""The commands below `flakeguard quarantine`; each imports what it needs when it runs."""

from typing import Annotated

import typer

from app.commands.starting import settings

quarantine = typer.Typer(help="What is quarantined, and every act about it.")

Repository = Annotated[str, typer.Argument(help="OWNER/NAME.")]
Case = Annotated[
    str, typer.Argument(help="The case's id, its whole name, or the last part of that.")
]
Reason = Annotated[str, typer.Option(help="Why; people read it beside the case.")]
NeededReason = Annotated[str, typer.Option(help="Why it goes on; people read it.")]
Days = Annotated[
    int | None, typer.Option(help="How long; else as long as its proof takes. The policy caps it.")
]
Owner = Annotated[str | None, typer.Option(help="@login or @organisation/team.")]
AsJson = Annotated[bool, typer.Option("--json", help="Answer in JSON, for programs.")]


@quarantine.command("list")
def list_quarantines(
    repository: Repository,
    *,
    everything: Annotated[bool, typer.Option("--all", help="What ended, too.")] = False,
    owner: Owner = None,
    as_json: AsJson = False,
) -> None:
    """List what is proposed or held, with owner, end and proof."""
    from app.commands import quarantine as command

    status = command.show(
        settings(), repository, everything=everything, owner=owner, as_json=as_json
    )
    raise typer.Exit(status)


@quarantine.command()
def steps(repository: Repository, case: Case, *, as_json: AsJson = False) -> None:
    """Show every step of a case's quarantine: who, when, why."""
    from app.commands import quarantine as command

    raise typer.Exit(command.steps(settings(), repository, case, as_json=as_json))


@quarantine.command()
def propose(
    repository: Repository, case: Case, *, reason: Reason = "", as_json: AsJson = False
) -> None:
    """Suggest that a case be quarantined."""
    _act("propose", repository, case, reason=reason, as_json=as_json)


@quarantine.command()
def activate(
    repository: Repository,
    case: Case,
    *,
    reason: Reason = "",
    days: Days = None,
    owner: Owner = None,
    as_json: AsJson = False,
) -> None:
    """Approve a proposal, or quarantine a case at once."""
    _act("activate", repository, case, reason=reason, days=days, owner=owner, as_json=as_json)


@quarantine.command()
def decline(
    repository: Repository, case: Case, *, reason: Reason = "", as_json: AsJson = False
) -> None:
    """Refuse a proposal."""
    _act("decline", repository, case, reason=reason, as_json=as_json)


@quarantine.command()
def renew(
    repository: Repository,
    case: Case,
    *,
    reason: NeededReason,
    days: Days = None,
    owner: Owner = None,
    as_json: AsJson = False,
) -> None:
    """Let a quarantine go on, with a reason."""
    _act("renew", repository, case, reason=reason, days=days, owner=owner, as_json=as_json)


@quarantine.command()
def release(
    repository: Repository, case: Case, *, reason: Reason = "", as_json: AsJson = False
) -> None:
    """End a quarantine: the case blocks again."""
    _act("release", repository, case, reason=reason, as_json=as_json)


@quarantine.command()
def dismiss(
    repository: Repository, case: Case, *, reason: Reason = "", as_json: AsJson = False
) -> None:
    """Say that a case is not flaky; only newer evidence counts from now on."""
    _act("dismiss", repository, case, reason=reason, as_json=as_json)


@quarantine.command()
def reopen(
    repository: Repository,
    case: Case,
    *,
    reason: NeededReason,
    days: Days = None,
    owner: Owner = None,
    as_json: AsJson = False,
) -> None:
    """Take up again what healed, or what was dismissed and flaked since."""
    _act("reopen", repository, case, reason=reason, days=days, owner=owner, as_json=as_json)


@quarantine.command()
def own(
    repository: Repository,
    case: Case,
    owner: Annotated[str, typer.Argument(help="@login or @organisation/team.")],
    *,
    as_json: AsJson = False,
) -> None:
    """Make somebody a case's owner, whatever CODEOWNERS says."""
    _act("own", repository, case, owner=owner, as_json=as_json)


@quarantine.command()
def mute(
    repository: Repository,
    case: Case,
    *,
    days: Annotated[int, typer.Option(min=1, max=90, help="For how long.")] = 7,
    as_json: AsJson = False,
) -> None:
    """Say nothing of a case on its own for some days; check runs still name it."""
    _act("mute", repository, case, days=days, as_json=as_json)


@quarantine.command()
def unmute(repository: Repository, case: Case, *, as_json: AsJson = False) -> None:
    """Speak of a case again."""
    _act("unmute", repository, case, as_json=as_json)


@quarantine.command()
def stable(
    repository: Repository,
    case: Case,
    commit: Annotated[str, typer.Argument(help="The commit from which on it is stable.")],
    *,
    as_json: AsJson = False,
) -> None:
    """Say that a case is stable from a commit on: what flaked before counts no more."""
    _act("stable", repository, case, commit=commit, as_json=as_json)


@quarantine.command()
def undo(
    repository: Repository,
    event: Annotated[int, typer.Argument(help="The event's number, as every act tells it.")],
    *,
    as_json: AsJson = False,
) -> None:
    """Take an act back, where nothing newer about the same thing stands."""
    from app.commands import quarantine as command

    raise typer.Exit(command.take_back(settings(), repository, event, as_json=as_json))


@quarantine.command("open-issue")
def open_issue(repository: Repository, case: Case, *, as_json: AsJson = False) -> None:
    """Have an issue opened about a case, or opened again."""
    _act("open_issue", repository, case, as_json=as_json)


@quarantine.command()
def rerun(
    repository: Repository,
    case: Case,
    *,
    times: Annotated[int, typer.Option(help="How often.")] = 3,
    as_json: AsJson = False,
) -> None:
    """Have a case run again on the default branch, in a job that `proof_jobs` names."""
    _act("rerun", repository, case, times=times, as_json=as_json)


def _act(
    name: str,
    repository: str,
    case: str,
    *,
    as_json: bool,
    reason: str = "",
    days: int | None = None,
    owner: str | None = None,
    commit: str | None = None,
    times: int | None = None,
) -> None:
    from app.commands import quarantine as command
    from app.core.acts import ActName
    from app.services.acts.named import Asked

    asked = Asked(reason=reason, days=days, owner=owner, commit=commit, times=times)
    raise typer.Exit(
        command.act(settings(), repository, case, ActName(name), asked, as_json=as_json)
    )
