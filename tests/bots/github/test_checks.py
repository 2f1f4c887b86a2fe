"""Check runs, against the sandbox over HTTP."""

import pytest

from app.core.errors import ErrorKind, Unavailable
from app.ports import Annotation, Button, CheckRun
from bots.github.client import GitHubHosts
from tests.bots.shop import BASE, REPO, Shop


def remark(number: int) -> Annotation:
    return Annotation(path="shop/cart.py", line=number, title=f"case {number}", message="It broke.")


def check(*annotations: Annotation, title: str = "1 failure needs you") -> CheckRun:
    return CheckRun(
        head_sha=BASE,
        external_id="flakeguard:1",
        title=title,
        summary="One failure.",
        text="",
        conclusion="neutral",
        details_url="https://flakeguard.example.com/r/acme/shop",
        annotations=annotations,
        buttons=(Button("quarantine", "Quarantine", "Let it run without blocking"),),
    )


def test_a_check_run_says_what_it_should(shop: Shop, hosts: GitHubHosts) -> None:
    shop.push()

    check_id = shop.host(hosts).create_check_run(REPO, check(remark(3)))

    made = shop.world.github.check_run(check_id)
    assert (made.name, made.status, made.conclusion) == ("FlakeGuard", "completed", "neutral")
    assert (made.head_sha, made.external_id) == (BASE, "flakeguard:1")
    assert (made.title, made.summary, made.text) == ("1 failure needs you", "One failure.", "")
    assert made.details_url == "https://flakeguard.example.com/r/acme/shop"
    assert made.actions == [
        {
            "identifier": "quarantine",
            "label": "Quarantine",
            "description": "Let it run without blocking",
        }
    ]
    (annotation,) = made.annotations
    assert annotation["path"] == "shop/cart.py"
    assert (annotation["start_line"], annotation["end_line"]) == (3, 3)
    assert (annotation["title"], annotation["message"]) == ("case 3", "It broke.")


def test_annotations_are_sent_in_pages_of_fifty(shop: Shop, hosts: GitHubHosts) -> None:
    shop.push()
    wanted = [remark(number) for number in range(1, 121)]

    check_id = shop.host(hosts).create_check_run(REPO, check(*wanted))

    made = shop.world.github.check_run(check_id)
    assert [one["start_line"] for one in made.annotations] == list(range(1, 121))
    assert shop.asked() == [
        "POST /repos/acme/shop/check-runs > 201",
        f"PATCH /repos/acme/shop/check-runs/{check_id} > 200",
        f"PATCH /repos/acme/shop/check-runs/{check_id} > 200",
    ]


def test_an_update_repeats_no_annotation(shop: Shop, hosts: GitHubHosts) -> None:
    shop.push()
    host = shop.host(hosts)
    check_id = host.create_check_run(REPO, check(*map(remark, range(1, 111))))

    host.update_check_run(
        REPO, check_id, check(*map(remark, range(1, 116)), title="2 failures need you")
    )

    made = shop.world.github.check_run(check_id)
    assert made.title == "2 failures need you"
    assert sorted(int(str(one["start_line"])) for one in made.annotations) == list(range(1, 116))


def test_our_own_check_run_is_found_again(shop: Shop, hosts: GitHubHosts) -> None:
    shop.push()
    host = shop.host(hosts)
    before = host.find_check_run(REPO, BASE, "flakeguard:1")

    check_id = host.create_check_run(REPO, check())

    assert before is None
    assert host.find_check_run(REPO, BASE, "flakeguard:1") == check_id
    assert host.find_check_run(REPO, BASE, "flakeguard:2") is None


def test_a_creation_whose_answer_was_lost_is_not_repeated(shop: Shop, hosts: GitHubHosts) -> None:
    shop.push()
    host = shop.host(hosts)
    shop.world.faults.add("/repos/*/check-runs", method="POST", status=502, after_work=True)

    with pytest.raises(Unavailable) as lost:
        host.create_check_run(REPO, check())

    assert lost.value.kind is ErrorKind.GITHUB_API
    assert not lost.value.permanent
    assert len(shop.world.github.check_runs) == 1
    found = host.find_check_run(REPO, BASE, "flakeguard:1")
    assert found is not None


def test_an_update_whose_answer_was_lost_is_repeated_at_once(
    shop: Shop, hosts: GitHubHosts
) -> None:
    shop.push()
    host = shop.host(hosts)
    check_id = host.create_check_run(REPO, check())
    shop.world.faults.add("/repos/*/check-runs/*", method="PATCH", status=502, after_work=True)
    shop.forget_requests()

    host.update_check_run(REPO, check_id, check(title="All is well"))

    assert shop.world.github.check_run(check_id).title == "All is well"
    assert shop.asked() == [
        f"PATCH /repos/acme/shop/check-runs/{check_id} > 502",
        f"PATCH /repos/acme/shop/check-runs/{check_id} > 200",
    ]


def test_annotations_whose_answer_was_lost_are_not_doubled_by_the_next_try(
    shop: Shop, hosts: GitHubHosts
) -> None:
    shop.push()
    host = shop.host(hosts)
    check_id = host.create_check_run(REPO, check())
    shop.world.faults.add("/repos/*/check-runs/*", method="PATCH", status=502, after_work=True)
    wanted = check(*map(remark, range(1, 61)))

    with pytest.raises(Unavailable):
        host.update_check_run(REPO, check_id, wanted)
    host.update_check_run(REPO, check_id, wanted)

    made = shop.world.github.check_run(check_id)
    assert sorted(int(str(one["start_line"])) for one in made.annotations) == list(range(1, 61))


def test_what_github_refuses_is_said_and_not_tried_again(shop: Shop, hosts: GitHubHosts) -> None:
    shop.push()
    too_long = Button("x" * 21, "Quarantine", "")

    with pytest.raises(Unavailable) as refusal:
        shop.host(hosts).create_check_run(
            REPO, CheckRun(BASE, "e", "t", "s", "", "neutral", None, (), (too_long,))
        )

    assert refusal.value.permanent
    assert str(refusal.value).startswith(
        "GitHub answered POST /api/v3/repos/acme/shop/check-runs with 422: "
    )
