"""Every table, so that metadata is complete once this package is imported."""

from app.db.tables import (
    alike,
    beside,
    chats,
    decided,
    handed,
    history,
    issues,
    outside,
    owned,
    people,
    ran,
    said,
    scored,
    sums,
    thought,
    work,
)

__all__ = [
    "alike",
    "beside",
    "chats",
    "decided",
    "handed",
    "history",
    "issues",
    "outside",
    "owned",
    "people",
    "ran",
    "said",
    "scored",
    "sums",
    "thought",
    "work",
]
