"""The tasks: each fetches with no transaction open, commits once, and asks for what follows."""

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
from jobs.tasks.chat import answer_command
from jobs.tasks.chat_clicks import act_from_chat, submit_from_chat
from jobs.tasks.click import act_from_page, act_on_cluster
from jobs.tasks.digests import tell_digest
from jobs.tasks.files import read_proposed_policy, read_repository_files, try_policy
from jobs.tasks.history import read_history, recompute, sweep_deliveries, tell_history
from jobs.tasks.home import show_home
from jobs.tasks.issues import heed_issue, tell_issue
from jobs.tasks.notices import tell_broken, tell_notice, tell_proposals
from jobs.tasks.own_digests import tell_own_digest
from jobs.tasks.owners import tell_owner
from jobs.tasks.poll import poll_places, poll_repository
from jobs.tasks.pressed import act_from_check
from jobs.tasks.reports import tell_quarantine_report
from jobs.tasks.reruns import rerun_job
from jobs.tasks.run import evaluate_run, ingest_run
from jobs.tasks.say import answer_pull, publish_run, tell_chat, tell_outage, tell_storm
from jobs.tasks.take import take_delivery
from jobs.tasks.unfurls import unfold_links
from jobs.tasks.written import act_from_comment, react_to_comment
from jobs.turns import Handler

HANDLERS: dict[str, Handler] = {
    TakeDelivery.kind: take_delivery,
    IngestRun.kind: ingest_run,
    EvaluateRun.kind: evaluate_run,
    PublishRun.kind: publish_run,
    TellChat.kind: tell_chat,
    TellOutage.kind: tell_outage,
    TellStorm.kind: tell_storm,
    TellProposals.kind: tell_proposals,
    TellBroken.kind: tell_broken,
    TellNotice.kind: tell_notice,
    TellDigest.kind: tell_digest,
    TellQuarantineReport.kind: tell_quarantine_report,
    TellOwner.kind: tell_owner,
    TellOwnDigest.kind: tell_own_digest,
    TellIssue.kind: tell_issue,
    HeedIssue.kind: heed_issue,
    RerunJob.kind: rerun_job,
    ActFromCheck.kind: act_from_check,
    ActFromChat.kind: act_from_chat,
    AnswerCommand.kind: answer_command,
    ActFromComment.kind: act_from_comment,
    ReactToComment.kind: react_to_comment,
    AnswerPull.kind: answer_pull,
    ShowHome.kind: show_home,
    UnfoldLinks.kind: unfold_links,
    SubmitFromChat.kind: submit_from_chat,
    ReadRepositoryFiles.kind: read_repository_files,
    ReadProposedPolicy.kind: read_proposed_policy,
    TryPolicy.kind: try_policy,
    ActFromPage.kind: act_from_page,
    ActOnCluster.kind: act_on_cluster,
    Recompute.kind: recompute,
    ReadHistory.kind: read_history,
    TellHistory.kind: tell_history,
    SweepDeliveries.kind: sweep_deliveries,
    PollPlaces.kind: poll_places,
    PollRepository.kind: poll_repository,
}
