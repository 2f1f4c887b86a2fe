"""Which variant a workflow's job has, whatever comes in whatever order."""

from dataclasses import replace
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from app.core.variants import Asked, Home, Line, Workflow, home_of, settled

PATHS = [f".github/workflows/{name}.yml" for name in "abc"]
NAMES = ["CI", "nightly", *PATHS[:1]]
ASKED = st.builds(
    Asked,
    st.sampled_from(["test", "CI / test", "a.yml / test"]),
    st.sampled_from(Line),
    st.builds(Workflow, st.sampled_from(NAMES), st.sampled_from(PATHS)),
)


class Remembered:
    """What is remembered, as the database does it; every file ran on every commit."""

    def __init__(self) -> None:
        self.homes: list[Home] = []
        self.last = 0

    def variant_of(self, asked: Asked) -> str:
        mine = {one.variant for one in self.homes if one.told == asked.told}
        known = [one for one in self.homes if one.variant in {*mine, *asked.names}]
        found = settled(known, asked, beside=PATHS)
        self.homes = [
            replace(one, workflow=asked.workflow) if one.id in found.renamed else one
            for one in self.homes
            if one.id not in found.gone
        ]
        taken = {(one.variant, one.line) for one in self.homes}
        if found.is_new and (found.variant, asked.line) not in taken:
            self.last += 1
            new = Home(self.last, found.variant, asked.line, asked.told, asked.workflow)
            self.homes.append(new)
        return found.variant


@given(st.lists(ASKED, max_size=30))
def test_no_line_of_a_variant_is_two_workflows_and_no_job_has_two_variants(
    asked: list[Asked],
) -> None:
    remembered = Remembered()
    for one in asked:
        remembered.variant_of(one)

    places = [(one.variant, one.line) for one in remembered.homes]
    jobs: dict[tuple[str | None, str], set[str]] = {}
    for home in remembered.homes:
        jobs.setdefault((home.workflow.path, home.told), set()).add(home.variant)

    assert len(places) == len(set(places))
    assert [found for found in jobs.values() if len(found) > 1] == []


@given(st.lists(ASKED, min_size=1, max_size=30))
def test_what_is_settled_stays_so_while_nothing_else_comes(asked: list[Asked]) -> None:
    remembered = Remembered()
    found = [remembered.variant_of(one) for one in asked]
    before = list(remembered.homes)

    assert remembered.variant_of(asked[-1]) == found[-1]
    assert remembered.homes == before


@given(st.lists(ASKED, max_size=30))
def test_who_comes_first_keeps_the_name_of_its_job(asked: list[Asked]) -> None:
    remembered = Remembered()
    first = Asked("test", Line.DEFAULT, Workflow("first", ".github/workflows/first.yml"))
    remembered.variant_of(first)
    for one in asked:
        remembered.variant_of(one)

    for line in Line:
        assert remembered.variant_of(replace(first, line=line)) == "test"


@given(st.lists(ASKED, max_size=30), ASKED)
def test_one_look_finds_what_settling_finds(asked: list[Asked], last: Asked) -> None:
    remembered = Remembered()
    for one in (*asked, last):
        remembered.variant_of(one)
    known = [one for one in remembered.homes if one.told == last.told]

    home = home_of(known, last)

    assert home is None or home.variant == remembered.variant_of(last)


def test_a_long_name_leads_cut_short() -> None:
    asked = Asked("test", Line.DEFAULT, Workflow("n" * 300, None))

    assert asked.names == ["test", f"{'n' * 100} / test"]


def test_the_names_of_a_job_grow_until_they_are_nobody_else_s() -> None:
    asked = Asked("test", Line.DEFAULT, Workflow("CI", PATHS[0]))

    assert asked.names == ["test", "CI / test", "a.yml / test", f"{PATHS[0]} / test"]
    assert all(len(one) < len(other) for one, other in pairwise(asked.names))
