"""Who may write decides on the pages: quarantines, approves, declines; and nobody else."""

import pytest

from app.core.asking import QueueName
from app.core.requests import ActFromPage
from app.db.session import unit_of_work
from app.services import acts
from app.services.acts import Actor
from tests.web.outside import Outside, repository
from tests.web.reading import csrf_in
from tests.web.world import World, flaky_case


def test_a_person_who_may_write_decides_on_the_page(outside: Outside, world: World) -> None:
    _, shop = repository(outside, world, "acme/shop", ann="write")
    case = flaky_case(world, shop)
    ann = outside.sign_in(outside.browser(), "ann")
    page = ann.get(f"/r/acme/shop/cases/{case}").text
    assert '<button name="act" value="quarantine">Quarantine</button>' in page

    answer = ann.post(
        f"/r/acme/shop/cases/{case}/act", data={"csrf": csrf_in(page), "act": "quarantine"}
    )

    assert answer.headers["location"] == f"/r/acme/shop/cases/{case}?said=asked#decisions"
    wanted = ActFromPage(shop, case.hex, "activate", "ann")
    assert outside.queue.told == [(QueueName.CLICK, wanted)]
    assert "Asked for. It is done within seconds" in ann.get(answer.headers["location"]).text


def test_a_proposal_is_approved_on_the_page(outside: Outside, world: World) -> None:
    _, shop = repository(outside, world, "acme/shop", ann="write")
    case = flaky_case(world, shop)
    with unit_of_work(world.engine) as session:
        acts.propose(session, shop, case, Actor("mona", "cli", "r1"), reason="", now=world.now)

    page = outside.sign_in(outside.browser(), "ann").get(f"/r/acme/shop/cases/{case}").text

    assert '<button name="act" value="quarantine">Approve</button>' in page
    assert '<button name="act" value="decline" class="quiet">Decline</button>' in page


@pytest.mark.parametrize(
    ("login", "path", "form", "status"),
    [
        ("rita", "acme/shop", {"act": "quarantine"}, 403),  # may only read
        ("bob", "acme/shop", {"act": "quarantine"}, 404),  # may not even see it
        ("ann", "acme/shop", {"act": "erase"}, 400),
        ("ann", "acme/shop", {"act": "quarantine", "csrf": "0" * 64}, 403),
    ],
)
def test_nobody_else_and_nothing_else_is_done(
    outside: Outside, world: World, login: str, path: str, form: dict[str, str], status: int
) -> None:
    _, shop = repository(outside, world, "acme/shop", ann="write", rita="read")
    repository(outside, world, "acme/vault", bob="admin")
    case = flaky_case(world, shop)
    browser = outside.sign_in(outside.browser(), login)
    csrf = csrf_in(browser.get("/").text)

    answer = browser.post(f"/r/{path}/cases/{case}/act", data={"csrf": csrf} | form)

    assert answer.status_code == status
    assert outside.queue.told == []
