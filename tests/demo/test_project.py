"""Trees, edits and names of the demo's shop."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.demo import project
from app.demo.project import Edit

AT = datetime(2026, 3, 2, 10, tzinfo=UTC)
TEXTS = st.dictionaries(st.sampled_from(["a.py", "b.md", "c/d.txt"]), st.text(max_size=5))


def test_an_edit_replaces_what_stands_there_once() -> None:
    tree = project.edited({"a.py": "one two\n"}, [Edit("a.py", old="two", new="three")])

    assert tree == {"a.py": "one three\n"}


def test_edits_append_to_files_and_write_new_ones() -> None:
    edits = [Edit("a.py", append="two\n"), Edit("b.py", text="new\n")]

    tree = project.edited({"a.py": "one\n"}, edits)

    assert tree == {"a.py": "one\ntwo\n", "b.py": "new\n"}


@pytest.mark.parametrize(
    ("edit", "complaint"),
    [
        (Edit("a.py", old="x", new="y"), "a.py does not hold, once, 'x'"),
        (Edit("a.py", old="one", new="y"), "a.py does not hold, once, 'one'"),
        (Edit("b.py", append="y"), "no file b.py to edit"),
    ],
)
def test_an_edit_that_does_not_fit_is_refused(edit: Edit, complaint: str) -> None:
    with pytest.raises(ValueError, match=complaint):
        project.edited({"a.py": "one one\n"}, [edit])


@given(before=TEXTS, after=TEXTS)
def test_files_changed_exactly_when_their_text_did(
    before: dict[str, str], after: dict[str, str]
) -> None:
    changed = project.changed_files(before, after)

    assert list(changed) == sorted(changed)
    assert (changed == ()) == (before == after)
    same = [path for path in {*before, *after} if path not in changed]
    assert all(before[path] == after[path] for path in same)


@given(one=TEXTS, other=TEXTS)
def test_equal_trees_and_only_they_have_equal_digests(
    one: dict[str, str], other: dict[str, str]
) -> None:
    same = project.tree_digest(one) == project.tree_digest(other)

    assert same == (one == other)


def test_a_commit_is_named_by_all_that_it_holds() -> None:
    def sha(*, text: str = "one", parent: str = "0" * 40, message: str = "Begin") -> str:
        return project.commit_sha(
            {"a.py": text}, parent=parent, author="Ada <ada@x.example>", at=AT, message=message
        )

    names = {sha(), sha(text="two"), sha(parent="1" * 40), sha(message="Go on")}

    assert sha() == sha()
    assert len(names) == 4
    assert all(len(name) == 40 and int(name, 16) for name in names)


def test_cases_of_a_parametrized_test_are_told_apart() -> None:
    text = (
        'import pytest\n\n@pytest.mark.parametrize("n", [1, "two"])\ndef test_n(n): ...\n\n'
        "def test_plain(): ...\n\ndef no_test(): ...\n"
    )

    cases = project.case_ids({"tests/test_n.py": text, "tests/factories.py": text})

    assert cases == (
        "tests/test_n.py::test_n[1]",
        "tests/test_n.py::test_n[two]",
        "tests/test_n.py::test_plain",
    )
