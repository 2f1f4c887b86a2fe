"""Every piece of evidence as the sentence that a person reads, word for word."""

import pytest

from app.core.evidence import EvidenceKind, Fact, evidence
from app.render import words
from tests.render.evidence_sentences import SENTENCES


@pytest.mark.parametrize(("kind", "facts", "sentence"), SENTENCES)
def test_a_piece_of_evidence_is_a_finished_sentence(
    kind: EvidenceKind, facts: dict[str, Fact], sentence: str
) -> None:
    assert words.evidence_sentence(evidence(kind, **facts)) == sentence


def test_every_kind_of_evidence_is_asserted_here_and_order_is_kept() -> None:
    reasons = [evidence(kind, **facts) for kind, facts, _ in SENTENCES]

    assert {kind for kind, _, _ in SENTENCES} == set(EvidenceKind)
    assert words.evidence_sentences(reasons) == tuple(sentence for _, _, sentence in SENTENCES)
