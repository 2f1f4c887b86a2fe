"""Somebody signs in through the sandbox's GitHub and decides on a page, for real."""

import re
from contextlib import closing
from datetime import timedelta
from html import unescape
from io import BytesIO
from urllib.parse import urljoin
from zipfile import ZipFile

import httpx
import pytest

from app.clock import utc_now
from app.demo.stage import Stage
from app.sandbox.github.entities import Job
from app.services.access.sessions import make_sign_in_link
from tests.stories.conftest import opened
from tests.stories.shop import FLAKY, READER, WRITER, Shop, turn_flaky

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
    path = f"/r/{shop.repo}/cases/{case}"
    with closing(signed_in(shop, WRITER)) as nadia:
        for act, said in (
            ("quarantine", "quarantined it"),
            ("release", "released it from quarantine"),
            ("dismiss", "said that it is not"),
        ):
            page = nadia.get(path).text
            assert f'value="{act}"' in page
            csrf = dict(HIDDEN.findall(page))["csrf"]
            answer = nadia.post(f"{path}/act", data={"csrf": csrf, "act": act})
            assert answer.status_code == 303, answer.text
            shop.stage.settle()
            page = nadia.get(path).text
            assert f"<strong><bdi>@{WRITER}</bdi></strong> {said}" in page
            assert "on these pages" in page


def test_a_proposal_is_declined_on_the_page(shop: Shop) -> None:
    turn_flaky(shop)
    [case] = [one for one, name in shop.case_ids().items() if FLAKY in name]
    path = f"/r/{shop.repo}/cases/{case}"
    with closing(signed_in(shop, WRITER)) as nadia:
        csrf = dict(HIDDEN.findall(nadia.get(path).text))["csrf"]

        nadia.post(f"{path}/act", data={"csrf": csrf, "act": "decline"})
        shop.stage.settle()

        page = nadia.get(path).text
        assert f"@{WRITER} declined to quarantine it." in page
        assert 'value="decline"' not in page


def test_who_may_only_read_sees_no_button_and_who_lost_the_right_is_refused(shop: Shop) -> None:
    turn_flaky(shop)
    [case] = [one for one, name in shop.case_ids().items() if FLAKY in name]
    path = f"/r/{shop.repo}/cases/{case}"
    with closing(signed_in(shop, READER)) as guest, closing(signed_in(shop, WRITER)) as nadia:
        assert f"{path}/act" not in guest.get(path).text
        csrf = dict(HIDDEN.findall(nadia.get(path).text))["csrf"]
        shop.stage.world.github.repository(shop.repo).roles[WRITER] = "read"  # a moment ago

        nadia.post(f"{path}/act", data={"csrf": csrf, "act": "quarantine"})
        shop.stage.settle()

        assert "Quarantine proposed by FlakeGuard" in nadia.get(path).text


def test_who_takes_access_back_on_github_is_signed_out_by_its_webhook(shop: Shop) -> None:
    with closing(signed_in(shop, WRITER)) as nadia:
        assert nadia.get("/").status_code == 200

        shop.stage.world.github.revoke_authorization(WRITER)
        shop.stage.settle()

        assert nadia.get("/").headers["location"] == "/sign-in"


def test_an_artifact_without_a_report_is_told_with_its_files_on_the_set_up_page(
    empty_stage: Stage,
) -> None:
    shop = opened(empty_stage)
    github = shop.stage.world.github
    started = shop.day(0)
    run = github.start_run(
        shop.repo, 9_001, head_sha=shop.commit(day=0), branch="main", actor=WRITER, at=started
    )
    archive = BytesIO()
    with ZipFile(archive, "w") as files:
        files.writestr("coverage/index.html", "<html>")
    ended = started + timedelta(minutes=1)
    job = Job("test", "success", started, ended)
    uploads = [("coverage", archive.getvalue(), ended)]
    github.finish_attempt(run, conclusion="success", at=ended, jobs=[job], artifacts=uploads)
    shop.stage.settle()
    link = make_sign_in_link(shop.stage.engine, now=utc_now(), base_url=shop.stage.address)

    with httpx.Client(base_url=shop.stage.address) as admin:
        admin.get(link)
        steps = admin.get("/github/setup/progress").json()["steps"]

    assert [one["state"] for one in steps] == [*["done"] * 5, "wrong"]
    assert steps[5]["sentence"] == (
        f"The artifact coverage of {shop.repo} holds no test report; these files were seen: "
        "coverage/index.html. Let the test runner write one, and upload it:"
    )
