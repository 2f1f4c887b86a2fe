"""Somebody signs in through the sandbox's GitHub and decides on a page, for real."""

import re
from html import unescape
from urllib.parse import urljoin

import httpx
import pytest

from tests.stories.shop import FLAKY, READER, REPO, WRITER, Shop, turn_flaky

pytestmark = pytest.mark.story

HIDDEN = re.compile(r'<input type="hidden" name="([^"]+)" value="([^"]*)"')
ACTION = re.compile(r'<form (?:class="acts" )?method="post" action="([^"]+)"')


def signed_in(shop: Shop, login: str) -> httpx.Client:
    """A browser that went through GitHub's page."""
    browser = httpx.Client(base_url=shop.stage.address, headers={"Accept": "text/html"})
    asked = browser.get("/github/sign-in").headers["location"]
    page = httpx.get(asked).text
    form = {unescape(name): unescape(value) for name, value in HIDDEN.findall(page)}
    action = ACTION.search(page)
    assert action is not None
    back = httpx.post(urljoin(asked, action[1]), data=form | {"login": login})
    assert browser.get(back.headers["location"]).headers["location"] == "/"
    return browser


def test_who_may_write_quarantines_and_releases_on_the_page(shop: Shop) -> None:
    turn_flaky(shop)
    [case] = [one for one, name in shop.case_ids().items() if FLAKY in name]
    path = f"/r/{REPO}/cases/{case}"
    with signed_in(shop, WRITER) as nadia:
        for act, said in (("quarantine", "quarantined it"), ("dismiss", "said that it is not")):
            page = nadia.get(path).text
            assert f'value="{act}"' in page
            csrf = dict(HIDDEN.findall(page))["csrf"]
            answer = nadia.post(f"{path}/act", data={"csrf": csrf, "act": act})
            assert answer.status_code == 303, answer.text
            shop.stage.settle()
            page = nadia.get(path).text
            assert f"<strong><bdi>@{WRITER}</bdi></strong> {said}" in page
            assert "on these pages" in page


def test_who_may_only_read_sees_no_button_and_who_lost_the_right_is_refused(shop: Shop) -> None:
    turn_flaky(shop)
    [case] = [one for one, name in shop.case_ids().items() if FLAKY in name]
    path = f"/r/{REPO}/cases/{case}"
    with signed_in(shop, READER) as guest, signed_in(shop, WRITER) as nadia:
        assert f"{path}/act" not in guest.get(path).text
        csrf = dict(HIDDEN.findall(nadia.get(path).text))["csrf"]
        shop.stage.world.github.repository(REPO).roles[WRITER] = "read"  # a moment ago

        nadia.post(f"{path}/act", data={"csrf": csrf, "act": "quarantine"})
        shop.stage.settle()

        assert "Nobody has decided anything yet" in nadia.get(path).text


def test_who_takes_access_back_on_github_is_signed_out_by_its_webhook(shop: Shop) -> None:
    with signed_in(shop, WRITER) as nadia:
        assert nadia.get("/").status_code == 200

        shop.stage.world.github.revoke_authorization(WRITER)
        shop.stage.settle()

        assert nadia.get("/").headers["location"] == "/sign-in"
