"""What a person can do about a case: one use case for every surface, audited, and undone again."""

from app.services.acts.actor import OURSELVES_NAME, Actor, Done, ourselves
from app.services.acts.buttons import Acted, Refused, act, decision_sentence, is_quarantined
from app.services.acts.cases import mark_stable, mute, own, unmute
from app.services.acts.forgiving import forgiven
from app.services.acts.issues import open_issue
from app.services.acts.named import Asked
from app.services.acts.quarantines import (
    activate,
    decline,
    dismiss,
    propose,
    release,
    renew,
    reopen,
)
from app.services.acts.reruns import rerun
from app.services.acts.steps import audit
from app.services.acts.terms import Wish
from app.services.acts.undo import can_be_undone, undo

__all__ = [
    "OURSELVES_NAME",
    "Acted",
    "Actor",
    "Asked",
    "Done",
    "Refused",
    "Wish",
    "act",
    "activate",
    "audit",
    "can_be_undone",
    "decision_sentence",
    "decline",
    "dismiss",
    "forgiven",
    "is_quarantined",
    "mark_stable",
    "mute",
    "open_issue",
    "ourselves",
    "own",
    "propose",
    "release",
    "renew",
    "reopen",
    "rerun",
    "undo",
    "unmute",
]
