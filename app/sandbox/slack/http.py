"""Slack's Web API and response URLs over HTTP: tokens, envelopes, forms and JSON."""

import json
from collections.abc import Mapping
from datetime import timedelta
from http import HTTPStatus
from urllib.parse import parse_qsl

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response

from app.core.errors import Missing
from app.sandbox.slack.arguments import Arguments, SlackError
from app.sandbox.slack.content import content_of, fill
from app.sandbox.slack.entities import Message, ResponseUrl
from app.sandbox.slack.methods import METHODS
from app.sandbox.slack.world import SlackWorld

MOST_RESPONSES = 5  # uses of one response_url
RESPONSE_LIFE = timedelta(minutes=30)


class SlackHttp:
    """The endpoints of one workspace."""

    def __init__(self, slack: SlackWorld) -> None:
        self.slack = slack

    async def call(self, request: Request) -> Response:
        """One method of the Web API; refusals are 200 with `ok: false`, but for 429."""
        body = await request.body()
        return await run_in_threadpool(self._call, request, body)

    async def respond(self, request: Request) -> Response:
        """One use of a response_url."""
        body = await request.body()
        return await run_in_threadpool(self._respond, request.path_params["key"], body)

    def _call(self, request: Request, body: bytes) -> Response:
        try:
            given = arguments(request, body)
            self._check_token(request, given)
            method = METHODS.get(request.path_params["method"])
            if method is None:
                raise SlackError("unknown_method", req_method=request.path_params["method"])
            with self.slack.lock:
                answer = method(self.slack, given)
        except SlackError as refusal:
            return refused(refusal)
        return JSONResponse({"ok": True, **answer})

    def _check_token(self, request: Request, given: Arguments) -> None:
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() != "bearer":
            token = str(given.get("token", ""))
        if not token:
            raise SlackError("not_authed")
        if self.slack.bot_token is None:
            raise SlackError("token_revoked")
        if token != self.slack.bot_token:
            raise SlackError("invalid_auth")

    def _respond(self, key: str, body: bytes) -> Response:
        with self.slack.lock:
            way = self.slack.response_urls.get(key)
            if way is None:
                return PlainTextResponse("no_such_url", HTTPStatus.NOT_FOUND)
            if self.slack.clock() - way.made_at > RESPONSE_LIFE:
                return PlainTextResponse("expired_url", HTTPStatus.NOT_FOUND)
            if way.used >= MOST_RESPONSES:
                return PlainTextResponse("used_url", HTTPStatus.NOT_FOUND)
            way.used += 1
            try:
                self._apply(way, json.loads(body))
            except (SlackError, ValueError) as refusal:
                return JSONResponse({"ok": False, "error": str(refusal)}, HTTPStatus.BAD_REQUEST)
        return PlainTextResponse("ok")

    def _apply(self, way: ResponseUrl, given: Arguments) -> None:
        """Do what a response asks for: replace or delete the original, or say something new."""
        original = self._original(way)
        if given.get("delete_original") and original is not None:
            for shelf in (self.slack.messages, self.slack.ephemeral):
                if original in shelf:
                    shelf.remove(original)
            return
        content = content_of(given)
        if given.get("replace_original") and original is not None:
            fill(original, content)
            original.edited_ts = self.slack.new_ts()
            return
        in_channel = given.get("response_type") == "in_channel"
        thread_ts = given.get("thread_ts")
        message = Message(
            way.channel,
            self.slack.new_ts(),
            self.slack.bot.id,
            "",
            by_bot=True,
            thread_ts=thread_ts if isinstance(thread_ts, str) else None,
            only_for=None if in_channel else way.user,
        )
        fill(message, content)
        (self.slack.messages if in_channel else self.slack.ephemeral).append(message)

    def _original(self, way: ResponseUrl) -> Message | None:
        if way.message_ts is None:
            return None
        try:
            return self.slack.message(way.channel, way.message_ts)
        except Missing:
            return None


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
