"""What GitHub takes for a check run, and what it answers 422 to."""

from collections.abc import Mapping

from app.sandbox.github.api.call import ApiError, invalid, unprocessable
from app.sandbox.github.api.fields import (
    Body,
    moment,
    objects,
    one_of,
    required_text,
    text,
)
from app.sandbox.github.checks import CheckChange

RESOURCE = "CheckRun"
STATUSES = ("queued", "in_progress", "completed", "waiting", "requested", "pending")
CONCLUSIONS = (
    "action_required",
    "cancelled",
    "failure",
    "neutral",
    "success",
    "skipped",
    "timed_out",
)
LEVELS = ("notice", "warning", "failure")
MOST_ACTIONS = 3
ACTION_LENGTHS = {"label": 20, "description": 40, "identifier": 20}  # characters
LONGEST_OUTPUT = 65_535  # bytes of `summary` and of `text`
MOST_ANNOTATIONS = 50  # per request
LONGEST_ANNOTATION = 64 * 1024  # bytes of `message` and of `raw_details`
LONGEST_TITLE = 255  # characters of an output's or annotation's title


def check_change(body: Body) -> CheckChange:
    """The fields that a request names; raises 422 as GitHub does."""
    change = CheckChange()
    for name in ("name", "details_url", "external_id"):
        value = text(body, name, resource=RESOURCE)
        if value is not None:
            change[name] = value
    change |= _course(body)
    output = body.get("output")
    if output is not None:
        change |= _output(output)
    if "actions" in body:
        change["actions"] = [_action(one) for one in _capped_actions(body)]
    return change


def _course(body: Body) -> CheckChange:
    """Status, conclusion and times, which must fit together."""
    change = CheckChange()
    status = one_of(body, "status", STATUSES)
    conclusion = one_of(body, "conclusion", CONCLUSIONS)
    started_at, completed_at = moment(body, "started_at"), moment(body, "completed_at")
    if status == "completed" and conclusion is None:
        raise unprocessable(
            "Invalid request.\n\nIf status is 'completed', a conclusion must be supplied."
        )
    if conclusion is not None and status not in {None, "completed"}:
        raise unprocessable(
            "Invalid request.\n\nIf a conclusion is supplied, status must be 'completed'."
        )
    if conclusion is not None or completed_at is not None:
        status = "completed"
    if status == "completed" and conclusion is None:
        raise unprocessable(
            "Invalid request.\n\nIf completed_at is supplied, a conclusion must be supplied."
        )
    if status is not None:
        change["status"], change["conclusion"] = status, conclusion
    if started_at is not None:
        change["started_at"] = started_at
    if completed_at is not None:
        change["completed_at"] = completed_at
    return change


def _output(output: object) -> CheckChange:
    if not isinstance(output, Mapping):
        raise unprocessable("Invalid request.\n\nFor 'properties/output', that is not an object.")
    title = required_text(output, "title", resource=RESOURCE, longest=LONGEST_TITLE)
    summary = required_text(output, "summary", resource=RESOURCE)
    change = CheckChange(title=title, summary=_capped(summary, "summary"))
    more = text(output, "text", resource=RESOURCE)
    if more is not None:
        change["text"] = _capped(more, "text")
    return change


def _capped(value: str, name: str, *, most: int = LONGEST_OUTPUT) -> str:
    if len(value.encode()) > most:
        raise invalid(RESOURCE, name, "custom", f"{name} exceeds a maximum bytesize of {most}")
    return value


def _capped_actions(body: Body) -> list[Mapping[str, object]]:
    actions = objects(body, "actions")
    if len(actions) > MOST_ACTIONS:
        raise unprocessable(
            f"Invalid request.\n\nNo more than {MOST_ACTIONS} items are allowed; "
            f"{len(actions)} were supplied."
        )
    return actions


def _action(told: Mapping[str, object]) -> dict[str, str]:
    unknown = sorted(set(told) - set(ACTION_LENGTHS))
    if unknown:
        raise unprocessable(f'Invalid request.\n\n"{unknown[0]}" is not a permitted key.')
    action: dict[str, str] = {}
    for name, longest in ACTION_LENGTHS.items():
        value = required_text(told, name, resource=RESOURCE)
        if len(value) > longest:
            raise unprocessable(
                f"Invalid request.\n\nOnly {longest} characters are allowed for {name}; "
                f"{len(value)} were supplied."
            )
        action[name] = value
    return action


def annotations_of(body: Body) -> list[dict[str, object]]:
    """The annotations of a request, each with what GitHub requires."""
    output = body.get("output")
    if not isinstance(output, Mapping):
        return []
    told = objects(output, "annotations")
    if len(told) > MOST_ANNOTATIONS:
        raise unprocessable(
            f"Invalid request.\n\nNo more than {MOST_ANNOTATIONS} items are allowed; "
            f"{len(told)} were supplied."
        )
    return [_annotation(one) for one in told]


def _annotation(told: Mapping[str, object]) -> dict[str, object]:
    for name in ("path", "message"):
        required_text(told, name, resource=RESOURCE)
    if one_of(told, "annotation_level", LEVELS) is None:
        raise _supply("annotation_level")
    for name in ("message", "raw_details"):
        _capped(text(told, name, resource=RESOURCE) or "", name, most=LONGEST_ANNOTATION)
    text(told, "title", resource=RESOURCE, longest=LONGEST_TITLE)
    begin, end = _line(told, "start_line"), _line(told, "end_line")
    if end < begin:
        raise unprocessable("Invalid request.\n\nend_line must not lie before start_line.")
    columns = [name for name in ("start_column", "end_column") if told.get(name) is not None]
    if columns and begin != end:
        raise unprocessable(
            "Invalid request.\n\nColumns may be supplied only when start_line is end_line."
        )
    return dict(told)


def _line(told: Mapping[str, object], name: str) -> int:
    value = told.get(name)
    if value is None:
        raise _supply(name)
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise unprocessable(
            f"Invalid request.\n\nFor 'properties/{name}', {value!r} is not an integer."
        )
    return value


def _supply(name: str) -> ApiError:
    return unprocessable(f'Invalid request.\n\n"{name}" wasn\'t supplied.')
