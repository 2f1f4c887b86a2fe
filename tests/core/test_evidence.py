"""Evidence: stored as JSON and read again."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.evidence import Evidence, EvidenceKind, Fact

facts = st.dictionaries(
    st.text(min_size=1).filter(lambda name: name != "kind"),
    st.none() | st.text() | st.integers() | st.floats(allow_nan=False, allow_infinity=False),
)


@given(st.sampled_from(EvidenceKind), facts)
def test_evidence_comes_back_from_json_as_it_was(
    kind: EvidenceKind, known: dict[str, Fact]
) -> None:
    reason = Evidence(kind, known)

    assert Evidence.from_json(json.loads(json.dumps(reason.to_json()))) == reason


def test_evidence_is_stored_flat() -> None:
    reason = Evidence(EvidenceKind.FEW_RUNS, {"runs": 3})

    assert reason.to_json() == {"kind": "few_runs", "runs": 3}


def test_a_kind_of_a_later_version_is_refused() -> None:
    with pytest.raises(ValueError, match="premonition"):
        Evidence.from_json({"kind": "premonition"})
