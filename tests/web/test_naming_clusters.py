"""What people say of a cluster on its page: a name, and the issue that is about it."""

import pytest

from app.core.asking import QueueName
from app.core.requests import ActOnCluster
from app.db.session import unit_of_work
from app.services import clusters
from app.services.access.tokens import By
from app.services.clusters import ClusterAct, Wanted
from tests.web.outside import Outside, repository
from tests.web.reading import csrf_in
from tests.web.world import World, cluster

ISSUE = "https://github.example/acme/shop/issues/7"


def test_a_person_who_may_write_names_and_links_a_cluster(
    outside: Outside,
    world: World,
) -> None:
    _, shop = repository(outside, world, "acme/shop", ann="write")
    here = f"/r/acme/shop/clusters/{cluster(world, shop)}"
    ann = outside.sign_in(outside.browser(), "ann")
    csrf = csrf_in(ann.get(here).text)

    named = ann.post(f"{here}/name", data={"csrf": csrf, "name": "Slow <b>mail"})
    linked = ann.post(f"{here}/link", data={"csrf": csrf, "url": ISSUE})

    where = f"{here}?said=asked#said"
    assert [one.headers["location"] for one in (named, linked)] == [where, where]
    number = int(here.rpartition("/")[2])
    assert outside.queue.told == [
        (QueueName.CLICK, ActOnCluster(shop, number, "name", "Slow <b>mail", "ann")),
        (QueueName.CLICK, ActOnCluster(shop, number, "link", ISSUE, "ann")),
    ]
    asked = ann.get(where).text
    assert "Asked for. It is done within seconds" in asked
    assert f'<meta http-equiv="refresh" content="3;url={here}#said">' in asked


def test_what_a_worker_does_stands_on_the_page(
    outside: Outside,
    world: World,
) -> None:
    _, shop = repository(outside, world, "acme/shop", ann="write")
    number = cluster(world, shop)
    by = By("ann", "page", "r1")

    with unit_of_work(world.engine) as session:
        for wanted in (Wanted(ClusterAct.NAME, "Slow <b>mail"), Wanted(ClusterAct.LINK, ISSUE)):
            clusters.act(session, "acme/shop", number, wanted, by, now=world.now)

    page = outside.sign_in(outside.browser(), "ann").get(f"/r/acme/shop/clusters/{number}").text
    assert "<h1><bdi>Slow &lt;b&gt;mail</bdi></h1>" in page
    assert f'<a href="{ISSUE}">' in page


@pytest.mark.parametrize(
    ("login", "act", "form", "status"),
    [
        ("rita", "name", {"name": "Mine"}, 403),  # may only read
        ("bob", "name", {"name": "Mine"}, 404),  # may not even see it
        ("ann", "name", {"name": "Mine", "csrf": "0" * 64}, 403),
        ("ann", "name", {"name": "two\nlines"}, 400),
        ("ann", "link", {"url": "javascript:alert(1)"}, 400),
    ],
)
def test_nobody_else_and_nothing_odd_is_written(
    outside: Outside,
    world: World,
    login: str,
    act: str,
    form: dict[str, str],
    status: int,
) -> None:
    _, shop = repository(outside, world, "acme/shop", ann="write", rita="read")
    repository(outside, world, "acme/vault", bob="admin")
    here = f"/r/acme/shop/clusters/{cluster(world, shop, name=None)}"
    browser = outside.sign_in(outside.browser(), login)
    csrf = csrf_in(browser.get("/").text)

    answer = browser.post(f"{here}/{act}", data={"csrf": csrf} | form)

    assert answer.status_code == status
    assert outside.queue.told == []
    ann = outside.sign_in(outside.browser(), "ann")
    assert "Mine" not in ann.get(here).text


def test_who_may_only_read_is_shown_no_form(
    outside: Outside,
    world: World,
) -> None:
    _, shop = repository(outside, world, "acme/shop", rita="read")
    here = f"/r/acme/shop/clusters/{cluster(world, shop)}"

    page = outside.sign_in(outside.browser(), "rita").get(here).text

    assert "Call it so" not in page
    assert "flakeguard cluster name" in page
