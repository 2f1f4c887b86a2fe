"""Where a change lies to a case: near it, in the same part of the repository, or elsewhere."""

from dataclasses import replace

import pytest

from app.core.history.records import CaseSet
from app.core.scorer.layout import PART_BUGS, layout_of, words_in
from app.core.scorer.update import update
from tests.core.scorer.world import World, held

PARTS = {"shop": 8, "mail": 16, "core": 76}  # files of each
FILES = {
    f"{part}-{number}": f"tests/{part}/test_{part}{number}.py"
    for part, files in PARTS.items()
    for number in range(files)
}
LAYOUT = layout_of(CaseSet("parts", FILES))


def times(case: str, *changed: str) -> float:
    return LAYOUT.bug_times(FILES[case], words_in(changed))


def test_a_bug_far_from_the_change_lies_likelier_in_the_part_that_it_touches() -> None:
    changed = ("src/shop/cart.py",)

    assert times("shop-1", *changed) == pytest.approx(PART_BUGS / 0.08)
    assert times("mail-1", *changed) == times("core-1", *changed) == 1 - PART_BUGS
    assert not LAYOUT.near(FILES["shop-1"], words_in(changed))


def test_the_smaller_the_part_the_likelier_each_of_its_cases_meets_the_bug() -> None:
    changed = ("src/shop/cart.py", "src/mail/box.py")

    assert times("shop-1", *changed) == 2 * times("mail-1", *changed)


def test_what_most_files_have_in_common_is_no_part() -> None:
    assert times("core-1", "tests/core/conftest.py") == 1.0
    assert times("shop-1", "tests/core/conftest.py") == 1.0


def test_where_a_change_or_a_case_lies_is_not_known() -> None:
    assert times("shop-1") == 1.0
    assert LAYOUT.bug_times(None, words_in(("src/shop/cart.py",))) == 1.0


def test_a_failure_in_the_part_that_was_changed_is_less_surely_a_flake() -> None:
    world = World(files={**FILES, "case3-1": "tests/shop/test_other.py"})
    report = held(world)
    shown = {}
    for name in ("shop", "mail", "elsewhere"):
        for pr in (900, None):
            seen = world.observation(replace(report, pr=pr), ["case3-1"])
            _, said = update(world.state, replace(seen, changed=(f"src/{name}/cart.py",)))
            shown[name, pr] = said.findings[0].p_flaky

    for pr in (900, None):
        assert shown["shop", pr] < shown["elsewhere", pr] < shown["mail", pr]
