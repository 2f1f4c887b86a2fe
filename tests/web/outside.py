"""The pages in front of a real sandbox: people say yes on its GitHub's pages, as they do there."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from html import unescape
from urllib.parse import urljoin, urlsplit

import httpx
from cryptography.fernet import Fernet
from sqlalchemy import text
from starlette.testclient import TestClient

from app.api.health import HealthChecks
from app.api.uploads import UploadHealth
from app.core.credentials import GivenApp
from app.db.session import Engine, unit_of_work
from app.sandbox.fresh import Credentials, fresh_world
from app.sandbox.github.entities import Repository
from app.sandbox.keys import KeyPair
from app.sandbox.server import serve
from app.sandbox.world import World as Sandbox
from app.services.access.credentials import CredentialStore, LiveApp
from app.services.access.people import People
from app.services.access.set_up import SetUp
from app.services.access.vault import Vault
from app.services.chat.linking import ChatLinking
from app.web import Web
from bots.github.live import LiveHosts
from bots.github.manifest import manifest
from bots.github.oauth import GitHubAccounts
from tests.web.site import Hands, Hints, browser_of
from tests.web.world import World

OURS = "https://flakes.example.com"
COOKIE = "__Host-flakeguard"
HIDDEN = re.compile(r'<input type="hidden" name="([^"]+)" value="([^"]*)"')
ACTION = re.compile(r'<form method="post" action="([^"]*)"')


@dataclass
class Outside:
    """A sandbox, and pages that know it."""

    github: Sandbox
    credentials: Credentials
    web: Web
    clock: Hands
    queue: Hints
    sent_to: list[str] = field(default_factory=list)

    def browser(self, address: str = "203.0.113.7") -> TestClient:
        from tests.web.site import application

        return browser_of(application(self.web), address=address, base_url=OURS)

    def health(self) -> HealthChecks:
        web = self.web
        return HealthChecks(web.engine, web.clock, lambda: None, web.door, web.secure)

    def uploads(self) -> UploadHealth:
        return UploadHealth(self.web.engine, self.clock, self.web.door, self.web.secure)

    def way_back(self, browser: TestClient, login: str, goal: str = "/") -> str:
        """Start signing in, say yes on GitHub's page as `login`: the address GitHub sends to."""
        answer = browser.get("/github/sign-in", params={"next": goal})
        assert answer.status_code == 303, answer.text
        self.sent_to.append(answer.headers["location"])
        return self.consent(answer.headers["location"], login)

    def consent(self, address: str, login: str) -> str:
        page = httpx.get(address)
        assert page.status_code == 200, page.text
        return self.press(page.text, address, login=login)

    def press(self, page: str, address: str, **chosen: str) -> str:
        """Send a page's form of the sandbox; where it leads."""
        form = {unescape(name): unescape(value) for name, value in HIDDEN.findall(page)} | chosen
        action = ACTION.search(page)
        assert action is not None
        answer = httpx.post(urljoin(address, unescape(action[1])), data=form)
        assert answer.status_code == 303, answer.text
        return answer.headers["location"]

    def sign_in(self, browser: TestClient, login: str, goal: str = "/") -> TestClient:
        """The browser, signed in through GitHub."""
        answer = browser.get(here(self.way_back(browser, login, goal)))
        assert answer.status_code == 303, answer.text
        return browser


def here(address: str) -> str:
    """The path and query of an address of ours."""
    parts = urlsplit(address)
    assert f"{parts.scheme}://{parts.netloc}" == OURS
    return f"{parts.path}?{parts.query}"


@contextmanager
def outside_of(engine: Engine, keys: KeyPair, *, is_set_up: bool = True) -> Iterator[Outside]:
    """Everything in front of an empty database."""
    clock, queue = Hands(), Hints()
    world, credentials = fresh_world(clock=clock, keys=keys)
    with serve(world):
        given = GivenApp(
            credentials.app_id,
            credentials.app_private_key,
            credentials.webhook_secret,
            credentials.client_id,
            credentials.client_secret,
        )
        api_url = world.github_api_url
        vault = Vault([Fernet.generate_key().decode()])
        store = CredentialStore(engine, vault)
        app = LiveApp(given if is_set_up else GivenApp(), store, api_url, clock)
        accounts = GitHubAccounts(
            server_url=world.address, api_url=api_url, clock=clock, timeout=5.0
        )
        hosts = LiveHosts(app.current, api_url=api_url, clock=clock)
        people = People(engine, vault, accounts, app.current, clock, OURS, pause=lambda _: None)
        set_up = SetUp(
            engine, store, app, accounts, manifest, hosts.tell_secret, world.address, OURS, clock
        )
        web = Web(engine, clock, queue, admin_token="an admin token, long enough", public_url=OURS)
        linking = ChatLinking(engine, people, clock)
        web = replace(web, people=people, set_up=set_up, linking=linking)
        yield Outside(world, credentials, web, clock, queue)
        hosts.close()


def repository(
    outside: Outside, world: World, name: str, *, private: bool = True, **roles: str
) -> tuple[Repository, int]:
    """A repository on GitHub and here, under one id."""
    github = outside.github.github
    one = next((i for i in github.installations.values()), None) or github.add_installation("acme")
    made = github.add_repository(name, installation=one, permissions=roles, private=private)
    repo_id = world.repository(name)
    with unit_of_work(world.engine) as session:
        session.execute(
            text(
                "UPDATE repository SET repo_id = :new, is_private = :private WHERE repo_id = :old"
            ),
            {"new": made.id, "old": repo_id, "private": private},
        )
    return made, made.id


def stored(engine: Engine, table: str) -> list[str]:
    """Every row of a table, as one text each."""
    with unit_of_work(engine) as session:
        return list(session.execute(text(f"SELECT t::text FROM {table} t")).scalars())
