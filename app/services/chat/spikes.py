"""What a channel's message about a failure spike says."""

from app.core.notices import Notice
from app.core.publishing import ChatMessage
from app.core.runs import Repository
from app.db.session import Session
from app.render.notices import spike_message
from app.render.words import spikes as said
from app.services.publishing.publish import Addresses


def message(
    _session: Session, repository: Repository, one: Notice, addresses: Addresses
) -> ChatMessage:
    """What the root says now: how it is at its worst."""
    facts = one.facts
    told = said.begun if one.over_at is None else said.ended
    text = told(int(facts["changes"]), int(facts["failing"]), float(facts["usual"]))
    base = addresses.public_url
    page = f"{base}/r/{repository.full_name}" if base else None
    return spike_message(
        repository.full_name,
        text,
        is_over=one.over_at is not None,
        page_url=page,
        handle=one.handle,
    )
