"""What is wrong with the settings, in sentences that never show a secret's value."""

from collections.abc import Iterator, Mapping

from pydantic import ValidationError
from pydantic.fields import FieldInfo

SHOWN = 24  # characters; what is longer may be a token in the wrong place, and is not quoted

PAIRS = (
    ("DATABASE_READ_URL", "DATABASE_URL"),
    ("GITHUB_APP_ID", "GITHUB_APP_PRIVATE_KEY"),
    ("GITHUB_APP_PRIVATE_KEY", "GITHUB_APP_ID"),
    ("GITHUB_CLIENT_ID", "GITHUB_CLIENT_SECRET"),
    ("GITHUB_CLIENT_SECRET", "GITHUB_CLIENT_ID"),
    ("SLACK_CLIENT_ID", "SLACK_CLIENT_SECRET"),
    ("SLACK_CLIENT_SECRET", "SLACK_CLIENT_ID"),
    ("SMTP_URL", "SMTP_FROM"),
)
"""What is set alone in vain: a variable, and the one it needs."""


def sentences(
    error: ValidationError, given: Mapping[str, str], fields: Mapping[str, FieldInfo]
) -> str:
    """One sentence a wrong variable; its value is quoted unless it may be a secret.

    `fields` are the settings by their variables, `given` the texts of the variables.
    """
    return " ".join(dict.fromkeys(_each(error, given, fields)))


def _each(
    error: ValidationError, given: Mapping[str, str], fields: Mapping[str, FieldInfo]
) -> Iterator[str]:
    for fault in error.errors(include_url=False, include_input=False):
        why = str(fault.get("ctx", {}).get("error", fault["msg"]))
        if not fault["loc"]:
            yield f"{why}."
            continue
        place = str(fault["loc"][0])
        variable = place if place in fields else place.upper()
        yield f"{variable} {why}{_quoted(given.get(variable, ''), fields[variable])}."


def _quoted(value: str, field: FieldInfo) -> str:
    """The wrong value; not where it is a secret, could be one, or may hold a password."""
    return "" if _is_secret(field) or "@" in value or len(value) > SHOWN else f", not {value!r}"


def _is_secret(field: FieldInfo) -> bool:
    return "SecretStr" in repr(field.annotation)
