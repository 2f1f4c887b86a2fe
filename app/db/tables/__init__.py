"""Every table, so that metadata is complete once this package is imported."""

from app.db.tables import outside, ran, said, thought, work

__all__ = ["outside", "ran", "said", "thought", "work"]
