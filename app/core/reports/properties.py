"""What a report says of a case in pairs, as much of it as is kept."""

from app.core.reports.texts import short_name

PROPERTIES_MOST = 100  # kept of one case
PROPERTY_CHARS = 1000  # kept of a name, and of a value


def property_of(name: object, value: object) -> tuple[str, str]:
    """One pair, fit to keep."""
    return short_name(name, PROPERTY_CHARS), short_name(value, PROPERTY_CHARS)
