"""What is told so late that its repository went on without it is history: nothing is said of it."""

from datetime import timedelta

from app.core.runs import Run
from app.db import attempts, publications, pulls
from app.db.session import Session

CHECK = "check"
LATE = timedelta(days=1)  # that a repository is ahead of what is told of it


def is_past(session: Session, run: Run) -> bool:
    """Whether a run was read back, or told of only after one that began a day after its end.

    Time is the runs' own, so that what is replayed in its order is never late. A commit that an
    open pull request shows is not past, nor one whose check run stands: somebody waits there.
    """
    repo_id, head = run.key.repo_id, run.head_sha
    began_after = (run.ended_at or run.started_at) + LATE
    is_late = attempts.is_told_after(session, run.key, began_after=began_after)
    if not (run.is_history or is_late):
        return False
    is_shown = pulls.open_with_head(session, repo_id, head)
    return not is_shown and publications.publication(session, repo_id, CHECK, head) is None
