"""GitHub's pages for saying who one is, for making an App, and for installing it."""

import json
from collections.abc import Mapping
from http import HTTPStatus
from urllib.parse import urlencode, urlsplit

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from app.core.errors import BadInput, FlakeGuardError, Missing
from app.sandbox.github.signing_in import Refused
from app.sandbox.pages.drawing import HEADERS, Drawing, Form
from app.sandbox.world import World

Names = Mapping[str, str]
AUTHORIZE = "/login/oauth/authorize"
NEW_APP = "/settings/apps/new"
MANIFEST_LIMIT = 64 * 1024  # characters


class RegistrationPages:
    """The pages of one world's GitHub on which people decide about the App."""

    def __init__(self, world: World, drawing: Drawing) -> None:
        self.github = world.github
        self.drawing = drawing

    def routes(self) -> list[Route]:
        """Every address, before those that begin with any name."""
        act = self.drawing.act
        install = "/apps/{slug}/installations/new"
        return [
            Route(AUTHORIZE, self.ask, methods=["GET"]),
            Route(AUTHORIZE, act(self.say_yes), methods=["POST"]),
            Route("/login/oauth/access_token", self.token, methods=["POST"]),
            Route(NEW_APP, self.propose, methods=["POST"]),
            Route("/organizations/{org}" + NEW_APP, self.propose, methods=["POST"]),
            Route("/settings/apps/create", act(self.create), methods=["POST"]),
            Route(install, self.choose, methods=["GET"]),
            Route(install, act(self.install), methods=["POST"]),
        ]

    def ask(self, request: Request) -> Response:
        """Who are you, and may the App know?"""
        query = request.query_params
        back = query.get("redirect_uri", "")
        try:
            if query.get("client_id") != self.github.registration.client_id:
                raise Missing("There is no App with this client id.")
            self.github.check_callback(back)
        except FlakeGuardError as refusal:
            return self.drawing.sentence(HTTPStatus.NOT_FOUND, str(refusal))
        shown = {"asked": dict(query), "logins": self._logins(), "app": self._app()}
        return _leading_to(self.drawing.page("authorize.html", shown), back)

    def say_yes(self, _: Names, form: Form) -> str:
        """They said yes, as whoever they chose."""
        back = form.get("redirect_uri", "")
        if form.get("code_challenge_method", "S256") != "S256":
            raise BadInput("The code challenge method must be S256.")
        code = self.github.authorize(
            _known(form, "login", self._logins()),
            client_id=form.get("client_id", ""),
            redirect_uri=back,
            challenge=form.get("code_challenge", ""),
        )
        return f"{back}?{urlencode({'code': code, 'state': form.get('state', '')})}"

    async def token(self, request: Request) -> Response:
        """A token for a code; refusals are answered with 200, as GitHub does."""
        form = await request.form()
        given = {name: value for name, value in form.items() if isinstance(value, str)}
        try:
            return JSONResponse(await run_in_threadpool(self.github.exchange, given))
        except Refused as refused:
            return JSONResponse({"error": str(refused), "error_description": "", "error_uri": ""})

    async def propose(self, request: Request) -> Response:
        """A manifest came, from whatever site: show it, and let the person decide."""
        form = await request.form()
        manifest = form.get("manifest")
        text = manifest if isinstance(manifest, str) else ""
        try:
            fields = json.loads(text[:MANIFEST_LIMIT])
            back = str(fields["redirect_url"])
        except (ValueError, KeyError, TypeError):
            message = "The manifest is no JSON object with a redirect_url."
            return self.drawing.sentence(HTTPStatus.UNPROCESSABLE_ENTITY, message)
        shown = {
            "fields": fields,
            "manifest": text,
            "state": request.query_params.get("state", ""),
            "org": request.path_params.get("org", ""),
        }
        return _leading_to(self.drawing.page("new_app.html", shown), back)

    def create(self, _: Names, form: Form) -> str:
        """They pressed the button."""
        fields = json.loads(form.get("manifest", "{}"))
        if name := form.get("name", "").strip():
            fields["name"] = name
        code = self.github.propose_app(fields, owner=form.get("org") or None)
        query = urlencode({"code": code, "state": form.get("state", "")})
        return f"{fields['redirect_url']}?{query}"

    def choose(self, request: Request) -> Response:
        """On which repositories?"""
        if request.path_params["slug"] != self.github.app_slug:
            return self.drawing.sentence(HTTPStatus.NOT_FOUND, "There is no such App.")
        with self.github.lock:
            owners = sorted({one.owner.login for one in self.github.repositories.values()})
        shown = {"owners": owners, "app": self._app(), "slug": self.github.app_slug}
        return _leading_to(
            self.drawing.page("install.html", shown), self.github.registration.setup_url
        )

    def install(self, _: Names, form: Form) -> str:
        """The App goes on every repository of an account."""
        owner = form.get("owner", "")
        one = self.github.install_on(owner)
        to = self.github.registration.setup_url
        query = urlencode({"installation_id": one.id, "setup_action": "install"})
        return f"{to}?{query}" if to else "/"

    def _logins(self) -> list[str]:
        with self.github.lock:
            return [one.login for one in self.github.accounts.values() if one.kind == "User"]

    def _app(self) -> str:
        return self.github.registration.name


def _known(form: Form, name: str, choice: list[str]) -> str:
    value = form.get(name, "")
    if value not in choice:
        raise BadInput(f"The sandbox knows nobody called {value!r}; choose from the list.")
    return value


def _leading_to(page: Response, address: str) -> Response:
    """A page whose form ends, by a redirect, on another site."""
    parts = urlsplit(address)
    if parts.scheme in {"http", "https"} and parts.netloc:
        origin = f"{parts.scheme}://{parts.netloc}"
        policy = HEADERS["Content-Security-Policy"]
        page.headers["Content-Security-Policy"] = policy.replace(
            "form-action 'self'", f"form-action 'self' {origin}"
        )
    return page
