"""The JSON of clusters and of outages; their description is made of these."""

from datetime import datetime

from pydantic import BaseModel, ConfigDict, Field

from app.core.alike import ClusterLine, ClusterPage
from app.core.outages import Reach
from app.core.pages import CaseName
from app.render.words.clusters import category_sentence
from app.services.clusters import LINK_LIMIT, NAME_LIMIT
from app.services.outage_pages import OutagePage


class NameAsked(BaseModel):
    """What a cluster is to be called."""

    model_config = ConfigDict(extra="forbid", strict=True)

    name: str = Field(description=f"At most {NAME_LIMIT} characters; empty takes it away.")


class LinkAsked(BaseModel):
    """The issue that is about a cluster."""

    model_config = ConfigDict(extra="forbid", strict=True)

    url: str = Field(description=f"At most {LINK_LIMIT} characters; empty unlinks it.")


class ClusterShape(BaseModel):
    """Failures that say the same, across cases and jobs."""

    id: int
    name: str | None = Field(description="Given by a person.")
    issue_url: str | None = Field(description="Linked by a person.")
    says: str = Field(description="Type and masked message of its first failure.")
    category: str | None = Field(description="The kind of trouble, where a rule tells it.")
    category_reason: str | None
    failures: int
    cases: int
    jobs: int
    first_seen_at: datetime
    last_seen_at: datetime
    trend: list[int] = Field(description="Failures a day, oldest first, today last.")
    owners: list[str] = Field(description="Whose its cases are.")


class ClusterCalled(ClusterShape):
    """A cluster that was named or linked just now."""

    event: int = Field(description="The audit event, by which it is undone.")


class ClusterList(BaseModel):
    """One page of a repository's clusters, those seen last first."""

    clusters: list[ClusterShape]
    page: int
    has_more: bool


class ClusterCaseShape(BaseModel):
    """A case that fails so, in one job."""

    case: str
    name: str
    owners: list[str]
    job: str
    failures: int
    first_seen_at: datetime
    last_seen_at: datetime


class ExampleShape(BaseModel):
    """The text of one of its failures."""

    type: str
    message: str
    trace: str


class ClusterWhole(BaseModel):
    """A cluster with all that fails so."""

    cluster: ClusterShape
    example: ExampleShape
    frames: list[str] = Field(description="The innermost ones of the repository.")
    cases: list[ClusterCaseShape]
    has_more: bool = Field(description="Whether more cases fail so than are listed.")
    was: list[int] = Field(description="Ids of clusters that turned out to be this one.")


class OutageShape(BaseModel):
    """An event in which many cases failed together."""

    id: int
    kind: str = Field(description="outage, or fixture where the same crowd fails again and again.")
    crowd: str | None = Field(description="The one file that all its cases are of.")
    began_at: datetime
    last_at: datetime
    over_at: datetime | None = Field(description="Null while it goes on.")
    cases: int
    files: int
    jobs: int
    runs: int
    pull_requests: list[int]
    owners: list[str] = Field(description="Whose the cases are that it hit.")


class OutageList(BaseModel):
    """One page of a repository's outages, the newest first."""

    outages: list[OutageShape]
    page: int
    has_more: bool


class OutageCase(BaseModel):
    """A case that failed in it."""

    case: str
    name: str
    owners: list[str]


class OutageWhole(BaseModel):
    """An outage with all that it hit."""

    outage: OutageShape
    cases: list[OutageCase]
    cluster: int | None = Field(description="The cluster that most of its failures are in.")


def full(name: CaseName) -> str:
    """A case's name in one text, as the command line prints it."""
    return "::".join(part for part in (name.classname, name.name) if part) + name.parameters


def cluster_of(line: ClusterLine) -> ClusterShape:
    """A cluster as JSON has it."""
    return ClusterShape(
        id=line.cluster_id,
        name=line.name,
        issue_url=line.issue_url,
        says=line.said,
        category=line.category.category if line.category else None,
        category_reason=category_sentence(line.category) if line.category else None,
        failures=line.failures,
        cases=line.cases,
        jobs=line.jobs,
        first_seen_at=line.first_seen_at,
        last_seen_at=line.last_seen_at,
        trend=list(line.trend),
        owners=list(line.owners),
    )


def whole_cluster(page: ClusterPage) -> ClusterWhole:
    """All of a cluster's page."""
    example = page.example
    return ClusterWhole(
        cluster=cluster_of(page.line),
        example=ExampleShape(type=example.type, message=example.message, trace=example.trace),
        frames=list(page.frames),
        cases=[
            ClusterCaseShape(
                case=str(one.case_id),
                name=full(one.name),
                owners=list(one.name.owners),
                job=one.variant,
                failures=one.failures,
                first_seen_at=one.first_seen_at,
                last_seen_at=one.last_seen_at,
            )
            for one in page.cases
        ],
        has_more=page.has_more,
        was=list(page.was),
    )


def outage_of(reach: Reach) -> OutageShape:
    """An outage as JSON has it."""
    event = reach.event
    return OutageShape(
        id=event.id,
        kind=event.kind,
        crowd=event.crowd,
        began_at=event.began_at,
        last_at=event.last_at,
        over_at=event.over_at,
        cases=reach.cases,
        files=reach.groups,
        jobs=reach.jobs,
        runs=reach.runs,
        pull_requests=list(reach.pull_requests),
        owners=list(reach.owners),
    )


def whole_outage(page: OutagePage) -> OutageWhole:
    """All of an outage's page."""
    return OutageWhole(
        outage=outage_of(page.reach),
        cases=[
            OutageCase(case=str(one.case_id), name=full(one.name), owners=list(one.name.owners))
            for one in page.cases
        ],
        cluster=page.common[0] if page.common else None,
    )
