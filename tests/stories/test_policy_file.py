"""The policy file and CODEOWNERS, pushed to the default branch: read, in force, said when wrong."""

import pytest
from sqlmodel import select

from app.core.policy.names import Mode
from app.db import owners
from app.db.session import unit_of_work
from app.db.tables.ran import CaseRow
from app.sandbox.github.entities import Change
from app.services import acts
from app.services.acts import Actor
from app.services.policy.policies import policy_of
from tests.stories.shop import FAILURE, FLAKY, GREEN, WRITER, Shop, turn_flaky

pytestmark = pytest.mark.story

ADMIN = Actor("admin", "cli", "r1", is_person=False)
CODEOWNERS = b"* @acme/core\n/tests/ @acme/cart ann@example.org\n"


def push(shop: Shop, path: str, contents: bytes | None, *, day: int) -> None:
    """A commit on main that writes a file, or removes it."""
    shop.commits += 1
    status = "removed" if contents is None else "added"
    shop.stage.world.github.push(
        shop.repo,
        "main",
        f"{shop.commits:04x}" * 10,
        author=WRITER,
        message="Say how we work",
        at=shop.day(day),
        files=[Change(path, contents, status)],
    )
    shop.stage.settle()


def mode(shop: Shop) -> Mode:
    with unit_of_work(shop.stage.engine) as session:
        return policy_of(session, shop.repo_id).mode


def owned(shop: Shop) -> dict[str, tuple[str, ...]]:
    """The owners of every case that has some, by name."""
    with unit_of_work(shop.stage.engine) as session:
        ours = select(CaseRow.case_id, CaseRow.name).where(CaseRow.repo_id == shop.repo_id)
        names = dict(session.exec(ours).all())
        found = owners.of_cases(session, shop.repo_id, list(names))
    return {names[case_id]: who for case_id, who in found.items()}


def test_a_push_to_the_default_branch_brings_a_policy_in_force_and_another_one_ends_it(
    shop: Shop,
) -> None:
    shop.run_on_main(GREEN, day=1)
    shop.stage.settle()
    assert mode(shop) is Mode.REPORT

    push(shop, ".flakeguard.yml", b"mode: act\n", day=2)
    assert mode(shop) is Mode.ACT

    push(shop, ".flakeguard.yml", b"mode: [act\n", day=3)
    assert mode(shop) is Mode.ACT

    push(shop, ".flakeguard.yml", None, day=4)
    assert mode(shop) is Mode.REPORT


def test_a_bad_file_is_said_on_the_next_check_run_with_its_place(shop: Shop) -> None:
    turn_flaky(shop)
    push(shop, ".flakeguard.yml", b"scorer: evidence\nflaky_treshold: 0.95\n", day=5)

    head = shop.open_pull(12, day=6)
    shop.run_on_pull(12, {**GREEN, FLAKY: FAILURE}, day=6)
    shop.stage.settle()

    [check] = shop.checks(head)
    said = (check.summary or "").replace("\\", "")
    assert (
        ".flakeguard.yml, line 2, column 1: There is no key “flaky_treshold”; "
        "did you mean `flaky_threshold`?"
    ) in said
    assert (
        ".flakeguard.yml is not in force until that is mended; the last one without a fault is, "
        "or else the defaults."
    ) in said


def test_owners_stand_on_known_and_on_new_cases_and_the_policys_come_first(shop: Shop) -> None:
    shop.run_on_main(GREEN, day=1)
    shop.stage.settle()
    assert owned(shop) == {}

    push(shop, ".github/CODEOWNERS", CODEOWNERS, day=2)
    shop.run_on_main({**GREEN, FLAKY: None}, day=3)
    shop.stage.settle()
    cart = ("@acme/cart", "ann@example.org")
    assert owned(shop) == {"test_total": cart, "test_empty": cart, FLAKY: cart}

    push(shop, ".flakeguard.yml", b"owners: {tests/test_cart.py: '@acme/till'}\n", day=4)
    assert set(owned(shop).values()) == {("@acme/till",)}


def push_to_pull(shop: Shop, number: int, contents: bytes, *, day: int) -> str:
    """A push to a pull request that writes a policy file; the head."""
    github = shop.stage.world.github
    _, pull = github.pull_request(shop.repo, number)
    github.push(
        pull.head_repo.full_name,
        pull.branch,
        pull.head_sha[::-1],
        author=WRITER,
        message="Judge otherwise",
        at=shop.day(day),
        files=[Change(".flakeguard.yml", contents, "added")],
    )
    shop.stage.settle()
    return pull.head_sha


def test_a_pull_request_that_changes_the_policy_says_what_that_would_have_decided(
    shop: Shop,
) -> None:
    turn_flaky(shop)
    head = shop.open_pull(12, day=5)
    shop.run_on_pull(12, {**GREEN, FLAKY: FAILURE}, day=5)
    shop.stage.settle()

    push_to_pull(shop, 12, b"exempted_tests: ['*discount*']\n", day=6)

    [check] = shop.checks(head)
    said = (check.summary or "").replace("\\", "")
    assert "This pull request changes .flakeguard.yml. Over the last 30 days" in said
    assert "1 case no longer (tests.test_cart::test_discount)." in said

    push_to_pull(shop, 12, b"exempted_tests: 7\nmode: loud\n", day=7)

    [check] = shop.checks(head)
    said = (check.summary or "").replace("\\", "")
    assert (
        "The .flakeguard.yml of this pull request, line 2, column 7: `mode` must be one of "
        "observe, report, act, not “loud”."
    ) in said


def test_a_forks_policy_file_is_not_even_read(shop: Shop) -> None:
    turn_flaky(shop)
    head = shop.open_pull(13, day=5, head_repo="mallory/shop")
    shop.run_on_pull(13, {**GREEN, FLAKY: FAILURE}, day=5)
    shop.stage.settle()

    push_to_pull(shop, 13, b"exempted_tests: ['*discount*']\n", day=6)

    [check] = shop.checks(head)
    assert ".flakeguard.yml" not in (check.summary or "")


def test_observing_says_nothing_and_failing_blocks_and_a_comment_is_never_begun(shop: Shop) -> None:
    shop.run_on_main(GREEN, day=1)
    shop.stage.settle()
    push(shop, ".flakeguard.yml", b"mode: observe\n", day=2)
    head = shop.open_pull(12, day=3)
    shop.run_on_pull(12, {**GREEN, "test_total": FAILURE}, day=3)
    shop.stage.settle()
    assert shop.checks(head) == []

    push(shop, ".flakeguard.yml", b"check: fail\ncomment: never\n", day=4)
    shop.run_on_pull(12, {**GREEN, "test_total": FAILURE}, day=4)
    shop.stage.settle()

    [check] = shop.checks(head)
    assert check.conclusion == "failure"
    assert shop.comments(12) == []


def test_only_the_artifacts_that_the_policy_names_are_read(shop: Shop) -> None:
    shop.run_on_main(GREEN, day=1)
    shop.stage.settle()
    push(shop, ".flakeguard.yml", b"artifacts: [other-*]\n", day=2)
    shop.run_on_main({FLAKY: None}, day=3)
    shop.stage.settle()

    with unit_of_work(shop.stage.engine) as session:
        names = set(session.exec(select(CaseRow.name).where(CaseRow.repo_id == shop.repo_id)))
    assert names == set(GREEN)


def test_a_quarantined_case_blocks_on_the_branch_that_a_rule_exempts(shop: Shop) -> None:
    turn_flaky(shop)
    [case_id] = [one.case_id for one in shop.standings() if one.name == FLAKY]
    with unit_of_work(shop.stage.engine) as session:
        acts.activate(session, shop.repo_id, case_id, ADMIN, now=shop.day(4))
    push(shop, ".flakeguard.yml", b"rules: [{branch: change-12, exempt: true}]\n", day=4)

    heads = [shop.open_pull(number, day=5) for number in (12, 13)]
    for number in (12, 13):
        shop.run_on_pull(number, {**GREEN, FLAKY: FAILURE}, day=5)
    shop.stage.settle()

    [there], [elsewhere] = (shop.checks(head) for head in heads)
    assert (there.title, elsewhere.title) == (
        "1 failure needs you",
        "Nothing needs you · 1 known flaky",
    )
    said = (there.summary or "").replace("\\", "")
    assert "The policy exempts this test on change-12, so its failures are real." in said
    assert "The policy exempts it on change-12, so its failures block all the same." in said


@pytest.mark.parametrize("is_exempt", [False, True])
def test_of_runs_of_one_commit_on_two_branches_each_is_asked_for_its_own(
    shop: Shop, is_exempt: bool
) -> None:
    turn_flaky(shop)
    push(shop, ".flakeguard.yml", b"rules: [{branch: release/2, exempt: true}]\n", day=4)
    head = shop.open_pull(12, day=5)
    on_release = shop.begin(head, day=5, event="push", branch="release/2")
    red = {**GREEN, FLAKY: FAILURE}

    shop.finish(on_release, red if is_exempt else GREEN, day=5)
    shop.run_on_pull(12, GREEN if is_exempt else red, day=5)
    shop.stage.settle()

    [check] = shop.checks(head)
    needs_you = "1 failure needs you"
    assert check.title == (needs_you if is_exempt else "Nothing needs you · 1 known flaky")


def test_what_was_called_flaky_blocks_once_the_policy_exempts_it(shop: Shop) -> None:
    turn_flaky(shop)
    head = shop.open_pull(12, day=5)
    shop.run_on_pull(12, {**GREEN, FLAKY: FAILURE}, day=5)
    shop.stage.settle()
    before = shop.checks(head)[0].title

    push(shop, ".flakeguard.yml", b"rules: [{branch: change-12, exempt: true}]\n", day=6)
    shop.run_on_pull(12, GREEN, day=6)  # another run of the same head, after which it is said anew
    shop.stage.settle()

    [check] = shop.checks(head)
    assert (before, check.title) == ("Nothing needs you · 1 known flaky", "1 failure needs you")
