"""Reading a request's JSON as strictly as GitHub does."""

from collections.abc import Mapping
from datetime import UTC, datetime

from app.sandbox.github.api.call import invalid, unprocessable

Body = Mapping[str, object]


def text(
    body: Body, name: str, *, resource: str, longest: int | None = None, required: bool = False
) -> str | None:
    """A text field; None where it is absent or null."""
    value = body.get(name)
    if value is None:
        if required:
            raise invalid(resource, name, "missing_field")
        return None
    if not isinstance(value, str):
        raise unprocessable(
            f"Invalid request.\n\nFor 'properties/{name}', {value!r} is not a string."
        )
    if required and not value:
        raise unprocessable(f'Invalid request.\n\n"{name}" wasn\'t supplied.')
    if longest is not None and len(value) > longest:
        raise invalid(
            resource, name, "custom", f"{name} is too long (maximum is {longest} characters)"
        )
    return value


def required_text(body: Body, name: str, *, resource: str, longest: int | None = None) -> str:
    """A text field that must be there."""
    value = text(body, name, resource=resource, longest=longest, required=True)
    assert value is not None  # `required` raises
    return value


def one_of(body: Body, name: str, allowed: tuple[str, ...]) -> str | None:
    """A text field of a closed set."""
    value = body.get(name)
    if value is None:
        return None
    if value not in allowed:
        raise unprocessable(
            f"Invalid request.\n\nFor 'properties/{name}', {value!r} is not a member of "
            f"{list(allowed)}."
        )
    return str(value)


def moment(body: Body, name: str) -> datetime | None:
    """A time field in ISO 8601."""
    value = body.get(name)
    if value is None:
        return None
    if isinstance(value, str):
        try:
            told = datetime.fromisoformat(value)
        except ValueError:
            pass
        else:
            return told if told.tzinfo else told.replace(tzinfo=UTC)
    raise unprocessable(
        f"Invalid request.\n\nFor 'properties/{name}', {value!r} is not a valid date-time."
    )


def objects(body: Body, name: str) -> list[Mapping[str, object]]:
    """A list of objects; empty where it is absent."""
    value = body.get(name)
    if value is None:
        return []
    if not isinstance(value, list) or not all(isinstance(one, dict) for one in value):
        raise unprocessable(
            f"Invalid request.\n\nFor 'properties/{name}', that is not an array of objects."
        )
    return value


def texts(body: Body, name: str) -> tuple[str, ...] | None:
    """A list of texts; None where it is absent."""
    value = body.get(name)
    if value is None:
        return None
    if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
        raise unprocessable(
            f"Invalid request.\n\nFor 'properties/{name}', that is not an array of strings."
        )
    return tuple(value)
