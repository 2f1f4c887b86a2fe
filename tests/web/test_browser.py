"""The pages in a real browser: light and dark, wide and narrow, by keyboard, and as pictures."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect
from starlette.applications import Starlette

from app.services.access.sessions import make_sign_in_link
from app.web import Web
from tests.browser import screenshot
from tests.web.conftest import ADMIN_TOKEN
from tests.web.site import served
from tests.web.world import World, flaky_case

pytestmark = pytest.mark.browser

PHONE = {"width": 390, "height": 844}


def fill(world: World) -> dict[str, str]:
    """Something of everything; the pages' names and paths."""
    repo = world.repository()
    world.repository("acme/new", has_reports=False)
    case = flaky_case(world, repo, "test_checkout_waits_for_payment", parameters="[eur-2]")
    world.quarantined(repo, case)
    broken = [{"kind": "broken_on_base", "since": "77ab12c", "failed": 3, "branch": "main"}]
    world.held(repo, world.case(repo, "test_tax"), "broken", score=0.03, evidence=broken)
    run = world.run(repo, conclusion="failure", started_at=world.now - timedelta(minutes=5))
    world.report(run, refusal="It ends in the middle of line 212.", cases=0)
    world.parked()
    return {
        "overview": "/",
        "repository": "/r/acme/shop",
        "new-repository": "/r/acme/new",
        "case": f"/r/acme/shop/cases/{case}",
        "parked": "/parked",
    }


@contextmanager
def signed_in(page: Page, app: Starlette, web: Web) -> Iterator[str]:
    """The pages' address, somebody having come in by the link."""
    with served(app) as address:
        page.goto(make_sign_in_link(web.engine, now=web.clock(), base_url=address))
        yield address


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("screen", ["wide", "phone"])
def test_every_page_fits_its_screen(
    browser_page: Page, app: Starlette, web: Web, world: World, scheme: str, screen: str
) -> None:
    paths = fill(world)
    browser_page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    if screen == "phone":
        browser_page.set_viewport_size({"width": PHONE["width"], "height": PHONE["height"]})

    with signed_in(browser_page, app, web) as address:
        for name, path in paths.items():
            browser_page.goto(address + path)
            screenshot(browser_page, f"{name}-{scheme}-{screen}")

            width = browser_page.evaluate("document.documentElement.scrollWidth")
            assert width == browser_page.evaluate("innerWidth"), name


def test_the_pages_can_be_used_by_keyboard_alone(
    browser_page: Page, app: Starlette, world: World
) -> None:
    fill(world)

    with served(app) as address:
        browser_page.goto(address + "/parked")
        screenshot(browser_page, "sign-in")
        browser_page.get_by_label("Or enter this installation's ADMIN_TOKEN").focus()
        browser_page.keyboard.type(ADMIN_TOKEN)
        browser_page.keyboard.press("Enter")
        expect(browser_page.get_by_role("heading", name="Parked")).to_be_visible()

        browser_page.keyboard.press("Tab")
        expect(browser_page.get_by_text("Skip to the content")).to_be_focused()
        browser_page.get_by_role("button", name="Retry").focus()
        browser_page.keyboard.press("Enter")
        expect(browser_page.get_by_role("status")).to_contain_text("Taken up again.")

        browser_page.get_by_role("button", name="Sign out").press("Enter")
        expect(browser_page.get_by_role("heading", name="Sign in")).to_be_visible()


def test_a_mark_of_the_timeline_leads_to_its_run(
    browser_page: Page, app: Starlette, web: Web, world: World
) -> None:
    paths = fill(world)

    with signed_in(browser_page, app, web) as address:
        browser_page.goto(address + paths["case"])

        failed = browser_page.locator(".timeline a:has(path.failed)")
        assert failed.count() == 2
        assert "/actions/runs/" in (failed.first.get_attribute("href") or "")
        title = failed.first.locator("title").text_content() or ""
        assert title.startswith("failed · main · 77ab12c · run 90")
        box = failed.first.locator("path").bounding_box()
        assert box is not None
        assert box["width"] > 10


@pytest.mark.parametrize("screen", ["wide", "phone"])
def test_what_was_asked_for_is_answered_where_the_reader_looks(
    browser_page: Page, app: Starlette, web: Web, world: World, screen: str
) -> None:
    paths = fill(world)
    if screen == "phone":
        browser_page.set_viewport_size({"width": PHONE["width"], "height": PHONE["height"]})

    with signed_in(browser_page, app, web) as address:
        browser_page.goto(f"{address}{paths['case']}?said=asked#decisions")
        expect(browser_page.get_by_role("status")).to_be_in_viewport()

        browser_page.wait_for_url(f"{address}{paths['case']}#decisions")
        expect(browser_page.get_by_role("heading", name="Decisions")).to_be_in_viewport()


def test_a_filter_is_large_enough_for_a_finger_and_apart_from_what_it_filters(
    browser_page: Page, app: Starlette, web: Web, world: World
) -> None:
    fill(world)

    with signed_in(browser_page, app, web):
        field = browser_page.get_by_label("Owner").bounding_box()
        button = browser_page.get_by_role("button", name="Show").bounding_box()
        first = browser_page.locator(".case").first.bounding_box()

    assert field is not None
    assert button is not None
    assert first is not None
    assert field["height"] >= 30
    assert abs(field["y"] - button["y"]) < 8  # on one line
    assert button["y"] + button["height"] + 8 <= first["y"]


def test_by_keyboard_a_timeline_is_one_stop_and_its_runs_are_in_the_table(
    browser_page: Page, app: Starlette, web: Web, world: World
) -> None:
    paths = fill(world)

    with signed_in(browser_page, app, web) as address:
        browser_page.goto(address + paths["case"])
        browser_page.locator(".timeline").focus()
        browser_page.keyboard.press("Tab")

        expect(browser_page.locator(".timeline :focus")).to_have_count(0)
        drawn = browser_page.locator(".timeline a").evaluate_all(
            "all => all.map(a => a.href.baseVal)"
        )
        listed = browser_page.locator("td a").evaluate_all("all => all.map(a => a.href)")
        assert set(drawn) <= set(listed)
