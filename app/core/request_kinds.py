"""Every kind of request by its name, and a request taken apart and put together for storing."""

from dataclasses import asdict

from app.core.asking import Request
from app.core.chat_requests import (
    ActFromChat,
    AnswerCommand,
    ShowHome,
    SubmitFromChat,
    TellBroken,
    TellChat,
    TellDigest,
    TellHistory,
    TellNotice,
    TellOutage,
    TellOwnDigest,
    TellOwner,
    TellProposals,
    TellQuarantineReport,
    TellStorm,
    UnfoldLinks,
)
from app.core.requests import (
    ActFromCheck,
    ActFromComment,
    ActFromPage,
    ActOnCluster,
    AnswerPull,
    EvaluateRun,
    HeedIssue,
    IngestRun,
    PollPlaces,
    PollRepository,
    PublishRun,
    ReactToComment,
    ReadHistory,
    ReadProposedPolicy,
    ReadRepositoryFiles,
    Recompute,
    RerunJob,
    SweepDeliveries,
    TakeDelivery,
    TellIssue,
    TryPolicy,
)

KINDS: dict[str, type[Request]] = {
    request.kind: request
    for request in (
        TakeDelivery,
        IngestRun,
        EvaluateRun,
        PublishRun,
        TellChat,
        TellOutage,
        TellStorm,
        TellProposals,
        TellBroken,
        TellNotice,
        TellDigest,
        TellQuarantineReport,
        TellOwnDigest,
        TellOwner,
        TellIssue,
        HeedIssue,
        RerunJob,
        ActFromCheck,
        ActFromChat,
        AnswerCommand,
        ShowHome,
        UnfoldLinks,
        SubmitFromChat,
        ActFromComment,
        ReactToComment,
        AnswerPull,
        ReadRepositoryFiles,
        ReadProposedPolicy,
        TryPolicy,
        ActFromPage,
        ActOnCluster,
        Recompute,
        ReadHistory,
        TellHistory,
        PollPlaces,
        PollRepository,
        SweepDeliveries,
    )
}


def arguments(request: Request) -> dict[str, int | str]:
    """A request's fields as JSON can hold them."""
    return asdict(request)


def request_from(kind: str, fields: dict[str, int | str]) -> Request:
    """The request that `arguments` took apart; KeyError for a kind that is not ours."""
    return KINDS[kind](**fields)
