"""Every format we read, in the order in which they are tried; a new one is a line here."""

from app.core.reports.formats import Format
from app.core.reports.junit import FORMAT as JUNIT
from app.core.reports.source import Head

FORMATS: tuple[Format, ...] = (JUNIT,)


def format_of(head: Head) -> Format | None:
    """The format that recognises this beginning, or None."""
    return next((known for known in FORMATS if known.recognises(head)), None)
