"""From a signed webhook to check run, comment and thread, through the real processes."""

import pytest

from app.db import aliases
from app.db.session import unit_of_work
from app.services import aliases as renames
from tests.stories.shop import FAILURE, FLAKY, GREEN, Shop, turn_flaky

pytestmark = pytest.mark.story


def without_addresses(text: str, shop: Shop) -> str:
    """What people read, with the two hosts' addresses and the shop named."""
    told = text.replace(shop.stage.address, "OURS").replace(shop.stage.world.address, "GITHUB")
    told = told.replace(shop.repo, "acme/shop")
    for case_id, name in shop.case_ids().items():
        told = told.replace(case_id, name)
    return told


SUMMARY = """\
#### Needs you

- **[`tests.test_cart::test_total`](OURS/r/acme/shop/cases/test_total)** in \
[`tests/test_cart.py:10`](GITHUB/acme/shop/blob/00cf00cf00cf00cf00cf00cf00cf00cf00cf00cf\
/tests/test_cart.py#L10) · new with this change \x20
  [test (3.11)](GITHUB/acme/shop/actions/runs/RUN/job/JOB) \x20
  Never failed before, in 6 executions that passed. \x20
  The change touches what lies near it: shop/cart.py. \x20
  Does not fail on main, which this job tested last at \
[0004000](GITHUB/acme/shop/commit/0004000400040004000400040004000400040004). \x20
  Alone: `pytest tests/test_cart.py::test_total` \x20
  `AssertionError: 3 != 4`

<details><summary>Known flaky: 1 case failed, and that is not this change's fault</summary>


- **[`tests.test_cart::test_discount`](OURS/r/acme/shop/cases/test_discount)** in \
[`tests/test_cart.py:30`](GITHUB/acme/shop/blob/00cf00cf00cf00cf00cf00cf00cf00cf00cf00cf\
/tests/test_cart.py#L30) · known flaky \x20
  [test (3.11)](GITHUB/acme/shop/actions/runs/RUN/job/JOB) \x20
  Failed on attempt 1 and passed on attempt 2 of the same commit, twice on 2 days, last on \
[0003000](GITHUB/acme/shop/commit/0003000300030003000300030003000300030003). \x20
  Fails in 33 % (9.7\u201370 %) of 6 executions for no fault of the code. \x20
  The change touches what lies near it: shop/cart.py. \x20
  Alone: `pytest tests/test_cart.py::test_discount` \x20
  `AssertionError: 3 != 4`

</details>

> 4 runs seen of main so far: what is new and what is known rests on little history yet.

[All of it on FlakeGuard](OURS/r/acme/shop)"""


def test_a_pull_request_is_told_what_is_its_own_and_what_is_not(shop: Shop) -> None:
    turn_flaky(shop)

    head = shop.open_pull(12, day=5)
    run = shop.run_on_pull(12, {"test_total": FAILURE, "test_empty": None, FLAKY: FAILURE}, day=5)
    shop.stage.settle()

    job_id = run.latest.jobs[0].id
    expected = SUMMARY.replace("JOB", str(job_id)).replace("RUN", str(run.id))
    [check] = shop.checks(head)
    assert check.title == "1 failure needs you · 1 known flaky"
    assert check.conclusion == "neutral"
    assert without_addresses(check.summary or "", shop) == expected
    assert [one["label"] for one in check.actions] == ["Quarantine", "Re-run failed", "Not flaky"]
    [remark] = check.annotations
    assert (remark["path"], remark["start_line"]) == ("tests/test_cart.py", 10)
    assert remark["message"] == (
        "Never failed before, in 6 executions that passed.\n"
        "The change touches what lies near it: shop/cart.py.\n"
        f"Does not fail on main, which this job tested last at 0004000.\n{FAILURE}"
    )
    [comment] = shop.comments(12)
    for case, command in (("test_total", "explain"), (FLAKY, "quarantine")):
        alone = f"  Alone: `pytest tests/test_cart.py::{case}`  \n"
        answer = f"  Answer: `/flakeguard {command} {case}`  \n"
        expected = expected.replace(alone, alone + answer)
    assert without_addresses(comment.body, shop) == (
        f"<!-- flakeguard:{shop.repo_id} -->\n\n### 1 failure needs you · 1 known flaky\n\n"
        f"For `00cf00c`.\n\n{expected}"
    )
    [root] = shop.threads()
    assert root.text == (
        f":large_yellow_circle: tests.test_cart::test_discount is flaky in {shop.repo}"
    )


def test_the_comment_is_edited_in_place_and_a_green_pull_request_gets_none(shop: Shop) -> None:
    turn_flaky(shop)
    shop.open_pull(12, day=5)
    red = shop.run_on_pull(12, {**GREEN, FLAKY: FAILURE}, day=5)
    shop.stage.settle()
    [before] = shop.comments(12)

    shop.rerun(red, {**GREEN, FLAKY: None}, day=5)
    head = shop.open_pull(13, day=6)
    shop.run_on_pull(13, {**GREEN, FLAKY: None}, day=6)
    shop.stage.settle()

    [after] = shop.comments(12)
    assert after.id == before.id
    assert "### Nothing needs you · 1 passed on a second try" in after.body
    assert shop.comments(13) == []
    [check] = shop.checks(head)
    assert (check.title, check.conclusion) == ("All 3 cases passed", "success")


def test_a_break_of_main_is_no_pull_requests_fault(shop: Shop) -> None:
    shop.run_on_main(GREEN, day=0)
    first = shop.run_on_main({**GREEN, "test_total": FAILURE}, day=1)
    shop.run_on_main({**GREEN, "test_total": FAILURE}, day=2)

    head = shop.open_pull(12, day=3)
    shop.run_on_pull(12, {**GREEN, "test_total": FAILURE}, day=3)
    shop.stage.settle()

    [check] = shop.checks(head)
    assert check.title == "Nothing needs you · 1 broken on main"
    commit = f"{shop.stage.world.address}/{shop.repo}/commit/{first.head_sha}"
    since = f"Has failed on main since [{first.head_sha[:7]}]({commit}) (2 of 2 executions)."
    assert since in (check.summary or "")
    assert [one["label"] for one in check.actions] == ["Re-run failed"]
    [of_main] = shop.checks("0003" * 10)
    assert of_main.title == "1 failure needs you"


def test_a_red_job_without_a_report_needs_you_by_name(shop: Shop) -> None:
    shop.run_on_main(GREEN, day=0)

    head = shop.open_pull(12, day=1)
    shop.run_on_pull(12, None, day=1)
    shop.stage.settle()

    [check] = shop.checks(head)
    assert check.title == "1 failure needs you"
    assert check.conclusion == "neutral"
    sentence = (
        "The job test (3.11) failed and left no test report: a build error, or a lost runner?"
    )
    assert sentence in (check.summary or "")


def test_a_repository_that_never_delivered_a_report_is_told_nothing(shop: Shop) -> None:
    head = shop.open_pull(12, day=1) if shop.commit(day=0) else ""
    shop.run_on_pull(12, None, day=1)
    shop.stage.settle()

    assert shop.checks(head) == []
    assert shop.comments(12) == []


def test_a_forks_evidence_is_shown_on_it_and_moves_nothing_else(shop: Shop) -> None:
    turn_flaky(shop)
    before = shop.standings()

    head = shop.open_pull(12, day=5, author="mallory", head_repo="mallory/shop")
    run = shop.run_on_pull(12, {**GREEN, "test_total": FAILURE, FLAKY: FAILURE}, day=5)
    shop.rerun(run, {**GREEN, "test_total": None, FLAKY: FAILURE}, day=5)
    shop.stage.settle()

    [check] = shop.checks(head)
    assert check.title == "Nothing needs you · 1 known flaky · 1 passed on a second try"
    said = "Failed on attempt 1 and passed on attempt 2 of the same commit."
    assert said in (check.summary or "")
    assert len(shop.comments(12)) == 1
    assert shop.standings() == before


def test_a_hostile_report_is_refused_by_name_and_hides_nothing(shop: Shop) -> None:
    shop.run_on_main(GREEN, day=0)
    head = shop.open_pull(12, day=1)

    bomb = b'<!DOCTYPE a [<!ENTITY b "c">]><testsuites><testsuite name="&b;"/></testsuites>'
    shop.run_with_upload(12, bomb, day=1)
    shop.stage.settle()

    [check] = shop.checks(head)
    assert check.title == "2 failures need you"
    assert "could not be read, so what it says is not counted" in (check.summary or "")
    assert shop.repo in (check.details_url or "")


def test_a_pull_request_from_before_a_rename_shows_its_failure_with_its_job(shop: Shop) -> None:
    turn_flaky(shop)
    shop.run_on_main({**GREEN, "test_discounts": None}, day=4)
    shop.stage.settle()
    with unit_of_work(shop.stage.engine) as session:
        [found] = aliases.listed(session, shop.repo)
        renames.confirm(
            session, found.id, actor="@mona", surface="cli", request_id="r1", now=shop.day(4)
        )
    shop.stage.settle()

    head = shop.open_pull(12, day=5)
    run = shop.run_on_pull(12, {**GREEN, FLAKY: FAILURE}, day=5)
    shop.stage.settle()

    [check] = shop.checks(head)
    summary = check.summary or ""
    assert check.title == "Nothing needs you · 1 known flaky"
    assert f"/actions/runs/{run.id}/job/{run.latest.jobs[0].id})" in summary
    assert FAILURE in summary.replace("\\", "")
