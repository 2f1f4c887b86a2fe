"""Turning a template and what it shows into a page that other sites cannot abuse."""

import hmac
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from http import HTTPStatus
from pathlib import Path

from jinja2 import Environment, FileSystemLoader
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from app.core.errors import FlakeGuardError, Missing
from app.sandbox.pages import markdown, mrkdwn
from app.sandbox.slack.entities import Message
from app.sandbox.slack.state import SlackState
from app.sandbox.world import World

TEMPLATES = Path(__file__).parent.parent / "templates"
SHORT_SHA = 7  # characters of a sha that people read
HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; "
        "base-uri 'none'; frame-ancestors 'none'"
    ),
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Cache-Control": "no-store",
}
Form = Mapping[str, str]
ICONS = {"success": "✓", "failure": "✗", "timed_out": "✗", "action_required": "✗"}


class Drawing:
    """Draws the pages of one world."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.templates = Environment(
            loader=FileSystemLoader(TEMPLATES),
            autoescape=True,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self.templates.filters["markdown"] = markdown.rendered
        self.templates.filters["plain"] = mrkdwn.plain
        self.templates.filters["mrkdwn"] = lambda text: mrkdwn.rendered(
            text, lambda known: name_of(world.slack, known)
        )
        self.templates.filters["moment"] = lambda at: f"{at:%Y-%m-%d %H:%M}" if at else ""
        self.templates.tests["pressable"] = has_button
        self.templates.filters["sent_at"] = sent_at
        self.templates.filters["short"] = lambda sha: sha[:SHORT_SHA]
        self.templates.filters["icon"] = lambda conclusion: ICONS.get(conclusion or "", "●")

    def page(
        self, template: str, shown: Mapping[str, object], *, status: int = HTTPStatus.OK
    ) -> Response:
        """One page."""
        with self.world.github.lock, self.world.slack.lock:
            html = self.templates.get_template(template).render(
                world=self.world, page_token=self.world.page_token, **shown
            )
        return HTMLResponse(html, status, HEADERS)

    def sentence(self, status: int, words: str) -> Response:
        """A page that says one thing."""
        return self.page("sentence.html", {"words": words}, status=status)

    def view(
        self, template: str, show: Callable[[Mapping[str, str]], Mapping[str, object]]
    ) -> Callable[[Request], Response]:
        """An endpoint that shows what `show` finds for the path's parameters."""

        def endpoint(request: Request) -> Response:
            with self.world.github.lock, self.world.slack.lock:
                try:
                    return self.page(template, show(_names(request)))
                except Missing as missing:
                    return self.sentence(HTTPStatus.NOT_FOUND, str(missing))

        return endpoint

    def act(self, do: Callable[[Mapping[str, str], Form], str]) -> Callable[[Request], object]:
        """An endpoint that does something a form asked for, then goes where `do` says.

        Any site open in the same browser can post to loopback, so a form must carry the token
        that only our own pages hold.
        """

        async def endpoint(request: Request) -> Response:
            sent = await request.form()
            form = {name: value for name, value in sent.items() if isinstance(value, str)}
            token = form.get("page_token", "")
            if not hmac.compare_digest(token.encode(), self.world.page_token.encode()):
                return self.sentence(
                    HTTPStatus.FORBIDDEN, "This form did not come from here; load the page again."
                )
            return await run_in_threadpool(self._done, do, _names(request), form)

        return endpoint

    def _done(
        self, do: Callable[[Mapping[str, str], Form], str], names: Mapping[str, str], form: Form
    ) -> Response:
        try:
            to = do(names, form)
        except Missing as missing:
            return self.sentence(HTTPStatus.NOT_FOUND, str(missing))
        except FlakeGuardError as refusal:
            return self.sentence(HTTPStatus.UNPROCESSABLE_ENTITY, str(refusal))
        return RedirectResponse(to, HTTPStatus.SEE_OTHER, HEADERS)


def name_of(slack: SlackState, known: str) -> str:
    """A member's or channel's name by id; the id itself when it is nobody's."""
    if known in slack.members:
        return slack.members[known].name
    return slack.channels[known].name if known in slack.channels else known


def sent_at(ts: str) -> str:
    """When a Slack message was sent."""
    return f"{datetime.fromtimestamp(float(ts), UTC):%Y-%m-%d %H:%M:%S}"


def has_button(message: Message) -> bool:
    """Whether a message shows a button that asks the app something."""
    for block in message.blocks:
        elements = block.get("elements")
        places = [*(elements if isinstance(elements, list) else []), block.get("accessory")]
        if any(isinstance(one, dict) and "action_id" in one for one in places):
            return True
    return False


def _names(request: Request) -> dict[str, str]:
    return {name: str(value) for name, value in request.path_params.items()}
