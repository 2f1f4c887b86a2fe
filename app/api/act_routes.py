"""The addresses of acts and of what is held, with their descriptions."""

from http import HTTPStatus

from app.api import act_shapes, shapes
from app.api.acts import Acts
from app.api.held import HeldCases
from app.api.openapi import Answer, Body, Operation, Parameter, Schema
from app.core.acts import ActName

TOKEN, ADMIN, SESSION = "projectToken", "adminToken", "session"
REPOSITORY = "/api/v1/repositories/{owner}/{name}"
TEXT: Schema = {"type": "string"}
NUMBER: Schema = {"type": "integer", "format": "int64"}
OF_REPOSITORY = (
    Parameter("owner", "path", "The repository's owner.", TEXT, is_required=True),
    Parameter("name", "path", "The repository's name.", TEXT, is_required=True),
)
OWNER = Parameter("owner", "query", "Only what this @login or @organisation/team owns.", TEXT)
ACTS_MEAN = (
    "propose, activate (approve a proposal, or quarantine at once), decline, renew, release, "
    "dismiss (not flaky), reopen, own, mute, unmute, stable (from a commit on), "
    "open_issue, rerun (on the default branch, in a job that the policy names)."
)


def operations(acts: Acts, held: HeldCases) -> tuple[Operation, ...]:
    """All of them."""
    return (_held(held), _act(acts), _undo(acts), _alias(acts))


def refusals(*statuses: HTTPStatus) -> list[Answer]:
    """What any of these addresses may refuse with."""
    meanings = {
        HTTPStatus.BAD_REQUEST: "Something is missing or odd; says what.",
        HTTPStatus.UNAUTHORIZED: "No valid token came along.",
        HTTPStatus.FORBIDDEN: "The token may not act.",
        HTTPStatus.NOT_FOUND: "There is no such thing, or not for this token.",
        HTTPStatus.CONFLICT: "The state changed meanwhile, or there is no such step; says which.",
        HTTPStatus.TOO_MANY_REQUESTS: "Too many wrong tokens.",
        HTTPStatus.INTERNAL_SERVER_ERROR: "A fault of ours.",
        HTTPStatus.SERVICE_UNAVAILABLE: "The database is away; ask again.",
    }
    always = (HTTPStatus.INTERNAL_SERVER_ERROR, HTTPStatus.SERVICE_UNAVAILABLE)
    return [Answer(one, meanings[one], shapes.Error) for one in (*statuses, *always)]


READING = (HTTPStatus.UNAUTHORIZED, HTTPStatus.NOT_FOUND, HTTPStatus.TOO_MANY_REQUESTS)
ACTING = (HTTPStatus.BAD_REQUEST, *READING, HTTPStatus.FORBIDDEN, HTTPStatus.CONFLICT)


def _held(held: HeldCases) -> Operation:
    tag = {"ETag": "Strong; send it as If-None-Match and be answered 304 while nothing changed."}
    plain = "One case a line, as pytest selects it where the file is known, else by its name."
    return Operation(
        method="GET",
        path=f"{REPOSITORY}/quarantine",
        name="listQuarantined",
        summary="Ask what is quarantined now",
        description="For a CI script: cases that run still, and whose failures block nobody.",
        endpoint=held.show,
        parameters=[
            *OF_REPOSITORY,
            OWNER,
            Parameter(
                "branch", "query", "Where the run is: what is exempt there is not held.", TEXT
            ),
            Parameter("format", "query", "text: as with Accept: text/plain.", TEXT),
            Parameter("If-None-Match", "header", "The ETag of the list that you have.", TEXT),
        ],
        answers=[
            Answer(HTTPStatus.OK, "What is held.", act_shapes.HeldList, tag, plain=plain),
            Answer(HTTPStatus.NOT_MODIFIED, "Nothing changed.", None, tag),
            *refusals(*READING),
        ],
        security=(TOKEN, ADMIN, SESSION),
    )


def _act(acts: Acts) -> Operation:
    names: Schema = {"type": "string", "enum": [name.value for name in ActName]}
    asked = act_shapes.Ask.model_json_schema()
    return Operation(
        method="POST",
        path=f"{REPOSITORY}/cases/{{case}}/{{act}}",
        name="act",
        summary="Decide about a case",
        description=f"Each act is done once, audited, and can be undone: {ACTS_MEAN}",
        endpoint=acts.act,
        parameters=[
            *OF_REPOSITORY,
            Parameter("case", "path", "The case's id.", TEXT, is_required=True),
            Parameter("act", "path", ACTS_MEAN, names, is_required=True),
        ],
        body=Body("What the act needs.", {"application/json": asked}, is_required=False),
        answers=[Answer(HTTPStatus.OK, "Done.", act_shapes.ActDone), *refusals(*ACTING)],
        security=(TOKEN, ADMIN),
    )


def _undo(acts: Acts) -> Operation:
    return Operation(
        method="POST",
        path=f"{REPOSITORY}/events/{{event}}/undo",
        name="undo",
        summary="Take an act back",
        description="Once, where nothing newer about the same thing stands; else it answers 409.",
        endpoint=acts.undo,
        parameters=[
            *OF_REPOSITORY,
            Parameter("event", "path", "The audit event's number.", NUMBER, is_required=True),
        ],
        answers=[Answer(HTTPStatus.OK, "Done.", act_shapes.ActDone), *refusals(*ACTING)],
        security=(TOKEN, ADMIN),
    )


def _alias(acts: Acts) -> Operation:
    decisions: Schema = {"type": "string", "enum": ["confirm", "decline"]}
    return Operation(
        method="POST",
        path=f"{REPOSITORY}/aliases/{{alias}}/{{decision}}",
        name="decideAlias",
        summary="Say whether a case was renamed",
        description="Confirmed, what is known of the old case counts for the new one.",
        endpoint=acts.alias,
        parameters=[
            *OF_REPOSITORY,
            Parameter("alias", "path", "The alias's number.", NUMBER, is_required=True),
            Parameter("decision", "path", "confirm or decline.", decisions, is_required=True),
        ],
        answers=[Answer(HTTPStatus.OK, "Decided.", act_shapes.AliasDone), *refusals(*ACTING)],
        security=(TOKEN, ADMIN),
    )
