"""The JSON of acts and of what is held; their description is made of these."""

from datetime import datetime

from pydantic import BaseModel, ConfigDict, Field

from app.core.held import HeldCase
from app.core.quarantine import REASON_LIMIT
from app.services.acts import Done


class Ask(BaseModel):
    """What comes along with an act; each act takes what it needs, and all may be left out."""

    model_config = ConfigDict(extra="forbid", strict=True)

    reason: str = Field(
        "",
        max_length=REASON_LIMIT,
        description="Why; people read it beside the case. renew and reopen need one.",
    )
    days: int | None = Field(
        None,
        description="How long a quarantine lasts, at most what the policy allows; or for how many "
        "days a case is muted.",
    )
    owner: str | None = Field(None, max_length=200, description="@login or @organisation/team.")
    commit: str | None = Field(
        None, max_length=64, description="The commit from which on a case is stable."
    )
    times: int | None = Field(None, description="How often rerun is to run it again; 3 if unsaid.")


class ActDone(BaseModel):
    """What was done."""

    case: str | None = Field(description="Null for what is of no single case: a cluster's name.")
    said: str = Field(description="The sentence that every surface shows.")
    event: int = Field(description="The audit event's number, by which it can be undone.")


class HeldShape(BaseModel):
    """A case under quarantine: it runs still, and its failures block nobody."""

    case: str
    name: str
    node: str = Field(description="As pytest selects it, where the report names the file.")
    suite: str
    classname: str
    function: str = Field(description="The name without class and parameters.")
    parameters: str
    file: str | None
    reason: str
    by: str
    owner: str | None
    owner_is_guess: bool
    since: datetime
    until: datetime | None
    clean_runs: int = Field(description="Clean runs seen since it last flaked.")
    clean_needed: int = Field(description="Clean runs that prove it healed.")


class HeldList(BaseModel):
    """What a repository holds now, by name."""

    repository: str
    cases: list[HeldShape]


class AliasDone(BaseModel):
    """What was decided about a rename."""

    alias: int
    old: str
    new: str
    state: str
    event: int | None = Field(
        description="The audit event, by which it is undone; null where it was decided so already."
    )


def done_of(done: Done) -> ActDone:
    """The answer to whoever acted."""
    case = None if done.case_id is None else str(done.case_id)
    return ActDone(case=case, said=done.sentence, event=done.event_id)


def held_of(one: HeldCase) -> HeldShape:
    """One case as JSON has it."""
    kept = one.quarantine
    return HeldShape(
        case=str(one.case_id),
        name=one.full_name,
        node=one.node,
        suite=one.suite,
        classname=one.classname,
        function=one.name,
        parameters=one.parameters,
        file=one.file,
        reason=kept.reason,
        by=kept.decided_by,
        owner=kept.owner,
        owner_is_guess=kept.owner_is_guess,
        since=kept.since,
        until=kept.until,
        clean_runs=kept.clean_runs,
        clean_needed=kept.clean_needed,
    )
