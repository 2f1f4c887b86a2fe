"""Work that one part asks of another: plain data, stored before it is hinted at."""

from dataclasses import dataclass
from typing import ClassVar

from app.core.asking import FromDelivery, Request


@dataclass(frozen=True, slots=True)
class TakeDelivery(Request):
    """Turn one stored delivery into the requests that follow from it."""

    kind: ClassVar[str] = "take_delivery"
    delivery_id: int


@dataclass(frozen=True, slots=True)
class IngestRun(Request):
    """Fetch and store every report of one run attempt."""

    kind: ClassVar[str] = "ingest_run"
    repo_id: int
    run_id: int
    attempt: int


@dataclass(frozen=True, slots=True)
class EvaluateRun(Request):
    """Judge the cases that failed in one run attempt or are being watched."""

    kind: ClassVar[str] = "evaluate_run"
    repo_id: int
    run_id: int
    attempt: int


@dataclass(frozen=True, slots=True)
class PublishRun(Request):
    """Say on the code host what we think of one head commit."""

    kind: ClassVar[str] = "publish_run"
    repo_id: int
    head_sha: str


@dataclass(frozen=True, slots=True)
class ActFromCheck(FromDelivery):
    """Do what a person clicked on a check run; a click names only the check run and the button."""

    kind: ClassVar[str] = "act_from_check"
    repo_id: int
    check_run_id: int
    identifier: str
    login: str
    installation_id: int = 0  # that told of the click; 0 where none was named


@dataclass(frozen=True, slots=True)
class ActFromComment(Request):
    """Do what a person wrote below a pull request; each comment is a piece of its own."""

    kind: ClassVar[str] = "act_from_comment"
    repo_id: int
    pr_number: int
    comment_id: int
    login: str
    text: str  # as it was written, as far as it can hold commands

    @property
    def key(self) -> str:
        """What makes two of these one."""
        return f"{self.repo_id}:{self.comment_id}"


@dataclass(frozen=True, slots=True)
class ReactToComment(Request):
    """Put our reaction below somebody's comment."""

    kind: ClassVar[str] = "react_to_comment"
    repo_id: int
    comment_id: int
    reaction: str


@dataclass(frozen=True, slots=True)
class AnswerPull(Request):
    """Say what was answered in a pull request of which there is nothing else to say yet."""

    kind: ClassVar[str] = "answer_pull"
    repo_id: int
    pr_number: int


@dataclass(frozen=True, slots=True)
class ReadRepositoryFiles(Request):
    """Read the policy file and CODEOWNERS from the default branch."""

    kind: ClassVar[str] = "read_repository_files"
    repo_id: int


@dataclass(frozen=True, slots=True)
class ActFromPage(Request):
    """Do what a person asked for on a case's page; `case_id` is the hex form."""

    kind: ClassVar[str] = "act_from_page"
    repo_id: int
    case_id: str
    action: str
    login: str


@dataclass(frozen=True, slots=True)
class ActOnCluster(Request):
    """Do what a person asked for on a cluster's page; `text` is the name or the address."""

    kind: ClassVar[str] = "act_on_cluster"
    repo_id: int
    cluster_id: int
    action: str
    text: str
    login: str


@dataclass(frozen=True, slots=True)
class Recompute(Request):
    """Build a repository's scorer anew from all that is stored, a part at a time."""

    kind: ClassVar[str] = "recompute"
    repo_id: int


@dataclass(frozen=True, slots=True)
class ReadProposedPolicy(Request):
    """Read the policy file of another branch, and say on its pull request what it would change."""

    kind: ClassVar[str] = "read_proposed_policy"
    repo_id: int
    branch: str


@dataclass(frozen=True, slots=True)
class TryPolicy(Request):
    """Try the policy file of another branch on what ran, a part at a time."""

    kind: ClassVar[str] = "try_policy"
    repo_id: int
    branch: str


@dataclass(frozen=True, slots=True)
class TellIssue(Request):
    """Make an issue of ours say what there is to say, open or closed."""

    kind: ClassVar[str] = "tell_issue"
    repo_id: int
    issue_id: int


@dataclass(frozen=True, slots=True)
class HeedIssue(FromDelivery):
    """Somebody else closed an issue of ours, or opened it again; `reason` is the host's word."""

    kind: ClassVar[str] = "heed_issue"
    repo_id: int
    number: int
    action: str  # closed or reopened
    reason: str
    login: str
    by_person: int  # 1; 0: by a program


@dataclass(frozen=True, slots=True)
class RerunJob(Request):
    """Take a wish to re-run a job as far as it can be taken now."""

    kind: ClassVar[str] = "rerun_job"
    repo_id: int
    rerun_id: int


@dataclass(frozen=True, slots=True)
class ReadHistory(Request):
    """Read back, a part at a time, what ran in a repository before we came."""

    kind: ClassVar[str] = "read_history"
    repo_id: int


@dataclass(frozen=True, slots=True)
class SweepDeliveries(Request):
    """Ask for deliveries that failed once more, and look for runs that none told of."""

    kind: ClassVar[str] = "sweep_deliveries"


@dataclass(frozen=True, slots=True)
class PollPlaces(Request):
    """Ask the code host where we are installed, and which repositories are to be asked about."""

    kind: ClassVar[str] = "poll_places"


@dataclass(frozen=True, slots=True)
class PollRepository(Request):
    """Ask the code host what is new in a repository."""

    kind: ClassVar[str] = "poll_repository"
    repo_id: int
