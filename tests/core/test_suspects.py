"""Suspicion spread over the commits that came with the tested ones, and kept as text."""

import pytest

from app.core.scorer.facts import Suspect
from app.core.suspects import KEPT, SAID, as_text, from_text, ranked, shortened, spread


def test_the_commits_of_one_push_are_alike_and_a_larger_push_is_likelier() -> None:
    found = spread([Suspect("b", 0.45), Suspect("e", 0.45)], {"e": ("c", "d", "e")})

    assert [one.commit for one in found] == ["b", "c", "d", "e"]
    assert [one.p for one in found] == pytest.approx([0.45 / 1.9] * 4)


def test_a_commit_that_was_tested_itself_is_suspected_once() -> None:
    found = spread([Suspect("b", 0.2), Suspect("d", 0.8)], {"d": ("b", "c", "d")})

    assert [one.commit for one in found] == ["b", "c", "d"]
    assert [one.p for one in found] == pytest.approx([0.2 / 1.8, 0.8 / 1.8, 0.8 / 1.8])


def test_what_came_before_two_tested_commits_is_suspected_once() -> None:
    found = spread([Suspect("b", 0.4), Suspect("d", 0.4)], {"b": ("x", "b"), "d": ("x", "c", "d")})

    assert [one.commit for one in found] == ["x", "b", "c", "d"]


def test_of_equals_the_tested_commit_comes_first_and_is_kept() -> None:
    names = [f"c{number:03d}" for number in range(130)]
    found = spread([Suspect("head", 0.9)], {"head": [*names, "head"]})

    assert [one.commit for one in ranked(found)[:3]] == ["head", "c129", "c128"]
    kept = from_text(as_text(found))
    assert (len(kept), kept[-1].commit) == (KEPT, "head")
    said = from_text(shortened(as_text(found)))
    assert (len(said), said[-1].commit) == (SAID, "head")


def test_where_no_commit_is_known_beside_the_tested_ones_nothing_changes() -> None:
    suspects = (Suspect("b", 0.1), Suspect("c", 0.7))

    assert spread(suspects, {}) == pytest.approx(suspects)
    assert spread((), {"b": ("a", "b")}) == ()


def test_what_is_kept_as_text_is_read_back_in_its_order() -> None:
    suspects = [Suspect(f"{number:03d}", number / 1000) for number in range(KEPT + 8)]

    assert from_text(as_text(suspects)) == tuple(suspects[8:])
