"""/slack/install: for the administrator alone, through Slack and back."""

import re
from collections.abc import Iterator
from dataclasses import replace
from html import unescape

import httpx
import pytest
from cryptography.fernet import Fernet
from starlette.testclient import TestClient

from app.db.session import Engine
from app.ports import Client
from app.sandbox.fresh import fresh_world
from app.sandbox.keys import KeyPair
from app.sandbox.server import serve
from app.services.access.vault import Vault
from app.services.chat.workspaces import Workspaces
from app.web import Web
from bots.slack.oauth import SlackOAuth
from tests.web.outside import OURS, here
from tests.web.reading import csrf_in
from tests.web.site import Hands, Hints, application, browser_of, sign_in

PAGE = "/slack/install"


@pytest.fixture
def web(engine: Engine, clock: Hands, queue: Hints) -> Iterator[Web]:
    world, _ = fresh_world(clock=clock, keys=KeyPair(private="none", public="none"))
    world.add_workspace("T0UMBRELLA", "<b>Umbrella</b>")
    app = world.slack_app
    with serve(world):
        installed = Workspaces(
            engine,
            Vault([Fernet.generate_key().decode()]),
            SlackOAuth(world.slack_api_url, clock=clock),
            Client(app.client_id, app.client_secret),
            OURS,
            clock,
        )
        yield Web(engine, clock, queue, public_url=OURS, workspaces=installed)


def browser(web: Web) -> TestClient:
    return browser_of(application(web), base_url=OURS)


def way_back(admin: TestClient) -> str:
    """Press the button, say yes in Slack: the address that Slack sends to."""
    page = admin.post(PAGE, data={"csrf": csrf_in(admin.get(PAGE).text)})
    found = re.search(r'href="(http://[^"]+)"', page.text)
    assert found, page.text
    answer = httpx.get(f"{unescape(found[1])}&team=T0UMBRELLA")
    assert answer.status_code == 302
    return here(answer.headers["location"])


def test_a_workspace_is_added_through_slack_and_back(web: Web) -> None:
    admin = sign_in(browser(web), web)

    answer = admin.get(way_back(admin))

    assert (answer.status_code, answer.headers["location"]) == (303, f"{PAGE}?said=made")
    shown = admin.get(f"{PAGE}?said=made").text
    assert "The app is installed." in shown
    assert "&lt;b&gt;Umbrella&lt;/b&gt;" in shown


def test_another_browser_cannot_bring_a_code_back(web: Web) -> None:
    admin, other = sign_in(browser(web), web), sign_in(browser(web), web)

    answer = other.get(way_back(admin))

    assert answer.status_code == 401
    assert "was not started in this session" in answer.text
    assert "Umbrella" not in admin.get(PAGE).text


def test_who_said_no_hears_it(web: Web) -> None:
    admin = sign_in(browser(web), web)

    answer = admin.get("/slack/oauth_redirect?error=access_denied&state=x")

    assert answer.status_code == 401
    assert "Slack did not install the app: somebody said no to it there." in answer.text


@pytest.mark.parametrize("path", [PAGE, "/slack/oauth_redirect?code=x&state=y"])
def test_nobody_else_comes_in(web: Web, path: str) -> None:
    answer = browser(web).get(path)

    assert answer.status_code == 303
    assert answer.headers["location"].startswith("/sign-in")


def test_without_the_app_s_secret_the_page_says_what_is_missing(web: Web) -> None:
    assert web.workspaces is not None
    bare = replace(web, workspaces=replace(web.workspaces, client=None))
    admin = sign_in(browser(bare), bare)

    page = admin.get(PAGE).text
    answer = admin.post(PAGE, data={"csrf": csrf_in(page)})

    assert "SLACK_CLIENT_SECRET" in page
    assert answer.status_code == 400
