"""Hostile names are shown, and do nothing: in the markup, and in a real browser."""

import re
from html.parser import HTMLParser

import pytest
from playwright.sync_api import Page
from starlette.applications import Starlette
from starlette.testclient import TestClient

from app.services.access.sessions import make_sign_in_link
from app.web import Web
from tests.browser import screenshot
from tests.web.hostile import BIDI, LONG, NAMES, SCRIPT, UNSEEN, everywhere
from tests.web.site import served
from tests.web.world import World, flaky_case

ALLOWED_SCHEMES = re.compile(r"(/|#|https?://)")


class Markup(HTMLParser):
    """Collects what could do harm."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: set[str] = set()
        self.links: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}
        self.links += [value or "" for name, value in attrs if name in {"href", "src", "action"}]


@pytest.mark.parametrize("name", NAMES.values(), ids=NAMES.keys())
def test_no_name_becomes_markup(visitor: TestClient, world: World, name: str) -> None:
    for path in everywhere(world, name):
        answer = visitor.get(path)

        assert answer.status_code == 200
        markup = Markup()
        markup.feed(answer.text)
        assert not {"script", "style", "iframe", "object", "base"} & markup.tags
        assert not {name for name in markup.attributes if name.startswith("on")}
        assert "style" not in markup.attributes
        assert all(ALLOWED_SCHEMES.match(link) for link in markup.links)
        assert not [unseen for unseen in UNSEEN if unseen in answer.text]


def test_direction_changes_are_shown_as_what_they_are(visitor: TestClient, world: World) -> None:
    everywhere(world, BIDI)

    assert "test_\\u202egnp.exe\\u2066\\u200b\\u0007" in visitor.get("/").text


def test_a_long_name_is_cut_in_lists_and_whole_on_its_page(
    visitor: TestClient, world: World
) -> None:
    repo = world.repository()
    case = flaky_case(world, repo, LONG)

    listed = visitor.get("/").text
    alone = visitor.get(f"/r/acme/shop/cases/{case}").text

    assert max(map(len, re.findall(r"x+", listed))) < 200
    assert alone.count(LONG) == 1
    assert "The whole name (10\u202f017 characters)" in alone


def test_a_names_template_is_not_rendered(visitor: TestClient, world: World) -> None:
    everywhere(world, "{{ 7*7 }}")

    page = visitor.get("/").text

    assert "{{ 7*7 }}" in page
    assert "49" not in re.sub(r"[0-9a-f-]{32,}", "", page)


@pytest.mark.browser
@pytest.mark.parametrize("kind", ["script", "attribute", "bidi", "long", "zalgo"])
def test_a_hostile_name_does_nothing_in_a_browser(
    browser_page: Page, app: Starlette, web: Web, world: World, kind: str
) -> None:
    paths = everywhere(world, NAMES[kind])

    with served(app) as address:
        browser_page.goto(make_sign_in_link(web.engine, now=web.clock(), base_url=address))
        for number, path in enumerate(paths):
            browser_page.goto(address + path)
            screenshot(browser_page, f"hostile-{kind}-{number}")

            scripts, width, room = browser_page.evaluate(
                "[document.scripts.length, document.documentElement.scrollWidth, innerWidth]"
            )
            assert (scripts, width) == (0, room)
            widths = [box.bounding_box() for box in browser_page.locator("article h3").all()]
            assert all(box is not None and box["width"] > room / 3 for box in widths)
        shown = browser_page.goto(address + "/")
        assert shown is not None
        if kind == "script":
            assert SCRIPT in browser_page.locator("article h3").first.inner_text()
