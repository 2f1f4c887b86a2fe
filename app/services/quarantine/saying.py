"""What a step that a run or a claim led to is said as: in the case's threads, and to its owner."""

from datetime import datetime

from app.db.session import Session
from app.render.words import Saying
from app.services.acts.subject import Subject
from app.services.chat import owner_news, threads


def say(
    session: Session,
    subject: Subject,
    event_id: int,
    says: Saying,
    *,
    now: datetime,
    is_loud: bool = False,
) -> None:
    """In the threads about the case; loudly, where who was told of it must hear of this."""
    threads.queue_replies(
        session,
        subject.repo_id,
        subject.case_id,
        once=f"act:{event_id}",
        says=says,
        at=now,
        is_loud=is_loud,
    )


def tell_owner(
    session: Session, subject: Subject, event_id: int, says: Saying, *, now: datetime
) -> None:
    """To the owner, wherever they hear of their cases."""
    owner_news.queue(
        session,
        subject.repo_id,
        subject.case_id,
        once=f"act:{event_id}",
        says=says,
        at=now,
        now=now,
    )
