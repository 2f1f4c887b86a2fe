"""Slack's Web API and response URLs over HTTP: tokens, envelopes, forms and JSON."""

import json
from base64 import b64decode
from collections.abc import Mapping
from datetime import timedelta
from http import HTTPStatus
from urllib.parse import parse_qsl, urlencode

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, RedirectResponse, Response

from app.core.errors import BadInput, Missing
from app.sandbox.addresses import SLACK_SOCKET
from app.sandbox.slack import files
from app.sandbox.slack.arguments import Arguments, SlackError
from app.sandbox.slack.content import content_of, fill
from app.sandbox.slack.entities import Json, Message, ResponseUrl
from app.sandbox.slack.installing import SlackApp
from app.sandbox.slack.methods import METHODS
from app.sandbox.slack.state import SlackState

MOST_RESPONSES = 5  # uses of one response_url
RESPONSE_LIFE = timedelta(minutes=30)


class SlackHttp:
    """The endpoints of every workspace; a token says which one is meant."""

    def __init__(self, app: SlackApp) -> None:
        self.app = app

    def authorize(self, request: Request) -> Response:
        """Somebody says yes to the app, at once, in the workspace that `team` names."""
        asked = request.query_params
        back = asked.get("redirect_uri", "")
        try:
            code = self.app.say_yes(
                asked.get("client_id", ""), asked.get("scope", ""), back, asked.get("team", "")
            )
        except SlackError as refusal:
            return PlainTextResponse(refusal.error, HTTPStatus.BAD_REQUEST)
        query = urlencode({"code": code, "state": asked.get("state", "")})
        return RedirectResponse(f"{back}?{query}", HTTPStatus.FOUND)

    async def call(self, request: Request) -> Response:
        """One method of the Web API; refusals are 200 with `ok: false`, but for 429."""
        body = await request.body()
        return await run_in_threadpool(self._call, request, body)

    async def respond(self, request: Request) -> Response:
        """One use of a response_url."""
        body = await request.body()
        return await run_in_threadpool(self._respond, request.path_params["key"], body)

    async def upload(self, request: Request) -> Response:
        """Take what is uploaded, in whichever workspace the address was given out."""
        body = await request.body()
        key = request.path_params["key"]
        for slack in self.app.workspaces:
            with slack.lock:
                if files.take(slack, key, body):
                    return PlainTextResponse(f"OK - {len(body)}")
        return PlainTextResponse("invalid_upload", HTTPStatus.BAD_REQUEST)

    def show_file(self, request: Request) -> Response:
        """A picture, for the pages."""
        for slack in self.app.workspaces:
            one = slack.files.get(request.path_params["file"])
            if one is not None and one.content is not None:
                return Response(one.content, media_type="image/png")
        return PlainTextResponse("file_not_found", HTTPStatus.NOT_FOUND)

    def _call(self, request: Request, body: bytes) -> Response:
        headers: dict[str, str] = {}
        try:
            given = arguments(request, body)
            name = request.path_params["method"]
            if name == "oauth.v2.access":
                answer = self.app.access(given, *client_of(request, given))
            elif name == "apps.connections.open":
                answer = self._socket(token_of(request, given))
            else:
                token = token_of(request, given)
                slack = self.app.workspace_of(token)
                headers = self.app.scopes_of(token)
                answer = self._answer(slack, name, token, given)
        except SlackError as refusal:
            return refused(refusal)
        return JSONResponse({"ok": True, **answer}, headers=headers)

    def _socket(self, token: str) -> Json:
        try:
            return self.app.sockets.new_url(token, self.app.workspaces[0].server_url + SLACK_SOCKET)
        except BadInput as refusal:
            raise SlackError(str(refusal)) from None

    def _answer(self, slack: SlackState, name: str, token: str, given: Arguments) -> Json:
        if name == "auth.revoke":
            return self.app.revoke(token)
        method = METHODS.get(name)
        if method is None:
            raise SlackError("unknown_method", req_method=name)
        with slack.lock:
            return method(slack, given)

    def _respond(self, key: str, body: bytes) -> Response:
        slack = next(
            (one for one in self.app.workspaces if key in one.response_urls), self.app.workspaces[0]
        )
        with slack.lock:
            way = slack.response_urls.get(key)
            if way is None:
                return PlainTextResponse("no_such_url", HTTPStatus.NOT_FOUND)
            if slack.clock() - way.made_at > RESPONSE_LIFE:
                return PlainTextResponse("expired_url", HTTPStatus.NOT_FOUND)
            if way.used >= MOST_RESPONSES:
                return PlainTextResponse("used_url", HTTPStatus.NOT_FOUND)
            way.used += 1
            try:
                apply(slack, way, json.loads(body))
            except (SlackError, ValueError) as refusal:
                return JSONResponse({"ok": False, "error": str(refusal)}, HTTPStatus.BAD_REQUEST)
        return PlainTextResponse("ok")


def apply(slack: SlackState, way: ResponseUrl, given: Arguments) -> None:
    """Do what a response asks for: replace or delete the original, or say something new."""
    original = original_of(slack, way)
    if given.get("delete_original") and original is not None:
        for shelf in (slack.messages, slack.ephemeral):
            if original in shelf:
                shelf.remove(original)
        return
    content = content_of(given)
    if given.get("replace_original") and original is not None:
        fill(original, content)
        original.edited_ts = slack.new_ts()
        return
    in_channel = given.get("response_type") == "in_channel"
    thread_ts = given.get("thread_ts")
    message = Message(
        way.channel,
        slack.new_ts(),
        slack.bot.id,
        "",
        by_bot=True,
        thread_ts=thread_ts if isinstance(thread_ts, str) else None,
        only_for=None if in_channel else way.user,
    )
    fill(message, content)
    (slack.messages if in_channel else slack.ephemeral).append(message)


def original_of(slack: SlackState, way: ResponseUrl) -> Message | None:
    """The message that somebody clicked on; None for a command, or when it is gone."""
    if way.message_ts is None:
        return None
    try:
        return slack.message(way.channel, way.message_ts)
    except Missing:
        return None


def client_of(request: Request, given: Arguments) -> tuple[str, str]:
    """The app's id and secret, by Basic or among the arguments."""
    scheme, _, told = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() == "basic":
        client_id, _, secret = b64decode(told).decode("utf-8", "replace").partition(":")
        return client_id, secret
    return str(given.get("client_id", "")), str(given.get("client_secret", ""))


def token_of(request: Request, given: Arguments) -> str:
    """The token that a request comes with."""
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer":
        token = str(given.get("token", ""))
    if not token:
        raise SlackError("not_authed")
    return token


def arguments(request: Request, body: bytes) -> Mapping[str, object]:
    """A method's arguments, from the query and from a JSON or form body."""
    given: dict[str, object] = dict(request.query_params)
    kind = request.headers.get("Content-Type", "").partition(";")[0].strip().lower()
    if kind == "application/json":
        try:
            told = json.loads(body or b"{}")
        except ValueError:
            raise SlackError("invalid_json") from None
        if not isinstance(told, dict):
            raise SlackError("json_not_object")
        given |= told
    elif body:
        given |= dict(parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True))
    return given


def refused(refusal: SlackError) -> Response:
    """Slack's envelope of a refusal."""
    body = {"ok": False, "error": refusal.error, **refusal.more}
    if refusal.retry_after is None:
        return JSONResponse(body)
    headers = {"Retry-After": str(refusal.retry_after)}
    return JSONResponse(body, HTTPStatus.TOO_MANY_REQUESTS, headers)
