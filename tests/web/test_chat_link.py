"""A Slack user says who they are on GitHub: a link of their own, GitHub's word, and a yes here."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import text
from starlette.testclient import TestClient

from app.db.chat import links
from app.db.session import unit_of_work
from app.ports import ChatPerson
from app.services.access.people import CALLBACK
from app.services.chat import linking
from tests.web.outside import OURS, Outside, here
from tests.web.reading import csrf_in

OVER = "This link was used already, was replaced by a newer one, or is older than 15 minutes"
ASKED = re.compile(r'name="asked" value="([0-9a-f]{64})"')


@pytest.fixture
def outside(outside: Outside) -> Outside:
    outside.github.github.add_user("ann")
    return outside


def offered(outside: Outside, chat_user: str = "U1", name: str = "Ann <b>A.</b>") -> str:
    """The path of a new link."""
    with unit_of_work(outside.web.engine) as session:
        url = linking.offer(
            session,
            ChatPerson(name, "Acme & Sons"),
            team_id="T1",
            chat_user=chat_user,
            base_url=OURS,
            now=outside.clock(),
        )
    return url.removeprefix(OURS)


def asked(outside: Outside, browser: TestClient, link: str, login: str = "ann") -> str:
    """Follow a link through GitHub; the page that asks."""
    sent = browser.get(link)
    assert sent.status_code == 303, sent.text
    return browser.get(here(outside.consent(sent.headers["location"], login))).text


def said_yes(browser: TestClient, page: str, **changed: str) -> str:
    found = ASKED.search(page)
    assert found is not None
    form = {"csrf": csrf_in(page), "asked": found[1]} | changed
    return browser.post("/slack/link", data=form).text


def linked(outside: Outside, chat_user: str = "U1") -> links.Linked | None:
    with unit_of_work(outside.web.engine) as session:
        return links.linked(session, team_id="T1", chat_user=chat_user)


def test_both_are_named_and_nothing_is_linked_without_a_yes(outside: Outside) -> None:
    browser = outside.browser()

    page = asked(outside, browser, offered(outside))
    before = linked(outside)
    after = said_yes(browser, page)

    assert "Ann &lt;b&gt;A.&lt;/b&gt;" in page
    assert "Acme &amp; Sons" in page
    assert "<code>U1</code>" in page  # the one thing there that nobody chooses
    assert "@ann" in page
    assert before is None
    assert "is @ann on GitHub now" in after
    found = linked(outside)
    assert found is not None
    assert (found.login, found.user_id) == ("ann", outside.github.github.account("ann").id)


def test_the_token_is_kept_nowhere_and_nobody_is_signed_in(outside: Outside) -> None:
    browser = outside.browser()

    said_yes(browser, asked(outside, browser, offered(outside)))

    with unit_of_work(outside.web.engine) as session:
        for table in ("person", "web_session", "chat_link", "visible_repository"):
            assert session.execute(text(f"SELECT count(*) FROM {table}")).scalar_one() == 0
    assert browser.get("/").headers["location"] == "/sign-in"


def test_a_link_works_once_and_a_newer_one_takes_its_place(outside: Outside) -> None:
    browser, first = outside.browser(), offered(outside)
    second = offered(outside)
    page = asked(outside, browser, second)
    said_yes(browser, page)

    assert OVER in browser.get(first).text
    assert OVER in browser.get(second).text
    assert "This form is not from a page" in said_yes(browser, page)


def test_a_link_is_over_after_15_minutes_also_between_page_and_yes(outside: Outside) -> None:
    browser = outside.browser()
    late = offered(outside)
    page = asked(outside, browser, late)
    outside.clock.turn(timedelta(minutes=15, seconds=1))

    answer = said_yes(browser, page)

    assert OVER in answer
    assert OVER in browser.get(late).text
    assert linked(outside) is None


def test_another_browser_cannot_say_yes(outside: Outside) -> None:
    page = asked(outside, outside.browser(), offered(outside))
    other = outside.browser("203.0.113.9")
    asked(outside, other, offered(outside, "U2", "Mallory"))

    answer = said_yes(other, page)  # with its own cookie, and the other page's form

    assert "This form is not from a page" in answer
    assert linked(outside) is None


def test_who_comes_back_without_having_been_sent_is_not_asked(outside: Outside) -> None:
    sent = outside.browser().get(offered(outside)).headers["location"]
    back = here(outside.consent(sent, "ann"))
    assert back.startswith(CALLBACK)

    answer = outside.browser("203.0.113.9").get(back)

    assert answer.status_code == 401
    assert OVER in answer.text


def test_a_browser_that_looks_ahead_uses_nothing_up(outside: Outside) -> None:
    browser, link = outside.browser(), offered(outside)

    ahead = browser.get(link, headers={"sec-purpose": "prefetch"})

    assert ahead.status_code == 200
    assert "Open this link in your browser" in ahead.text
    assert "Is this you on Slack?" in asked(outside, browser, link)


def test_who_takes_github_s_word_back_is_linked_no_more(outside: Outside) -> None:
    browser = outside.browser()
    said_yes(browser, asked(outside, browser, offered(outside)))
    account = outside.github.github.account("ann")

    with unit_of_work(outside.web.engine) as session:
        links.unlink_person(session, account.id)

    assert linked(outside) is None
