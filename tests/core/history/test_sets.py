"""Sets of cases by name: kept in little, whole again when a report uses one."""

from weakref import ref

from hypothesis import given
from hypothesis import strategies as st

from app.core.history.reader import records_of
from app.core.history.records import CaseSet, Header, Observation
from app.core.history.sets import CaseSets
from app.core.history.writer import case_set_line, header_line, observation_line
from app.core.priorities import Labels
from tests.core.scorer.world import World, pushes

files = st.dictionaries(st.text(max_size=3), st.none() | st.text(max_size=2), max_size=9)


@given(st.lists(files, min_size=1, max_size=9))
def test_a_set_that_nobody_held_comes_back_as_it_was(every: list[dict[str, str | None]]) -> None:
    sets = CaseSets()
    labels = {"a": Labels(frozenset({"slow"}), "high")}
    for number, one in enumerate(every):
        sets.add(CaseSet(f"s{number}", one, labels))

    for number, one in enumerate(every):
        found = sets[f"s{number}"]
        assert (found.name, found.labels) == (f"s{number}", labels)
        assert list(found.files.items()) == list(one.items())


def test_a_set_is_the_same_object_while_anybody_holds_it() -> None:
    sets = CaseSets()
    held, loose = sets.add(CaseSet("a", {"x": None})), ref(sets.add(CaseSet("b", {"y": None})))

    assert sets["a"] is held
    assert loose() is None
    assert sets["b"].files == {"y": None}


def test_of_a_history_whose_every_report_has_a_set_of_its_own_few_are_held() -> None:
    world, lines = World(), [header_line(Header("acme/shop", "main"))]
    names = {case: case for case in [*world.files, "new"]}
    for number, report in enumerate(pushes(8)):
        world.ran = CaseSet(f"s{number}", world.files if number % 2 else {**world.files, "new": ""})
        seen = world.observation(report)
        lines += [case_set_line(world.ran, names), observation_line(seen, names)]

    held = []
    for record in records_of(lines):
        if isinstance(record, Observation):
            held.append(ref(record.ran))
    del record

    assert len(held) > 90
    assert sum(one() is not None for one in held) == 0
