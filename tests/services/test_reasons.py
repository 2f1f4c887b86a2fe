"""No verdict without its reason: what is stored of a repository's failures, whatever it lived."""

from collections import Counter
from datetime import timedelta

import pytest
from sqlalchemy import text

from app.core.evidence import Evidence, EvidenceKind
from app.db.session import unit_of_work
from app.render import words
from tests.services.live import REPO, Live, made_up

DAYS_BACK = 60
COMMITS = 20
SEVERAL = 0.85  # of the verdicts, at least


def reasons_live(live: Live) -> list[list[Evidence]]:
    """Of each stored finding, as it stands."""
    query = text("SELECT evidence FROM finding WHERE repo_id = :repo")
    with unit_of_work(live.engine) as session:
        rows = list(session.execute(query, {"repo": REPO}))
    return [[Evidence.from_json(one) for one in row.evidence] for row in rows]


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_every_verdict_has_its_reason_and_nearly_every_one_has_two(live: Live, seed: int) -> None:
    live.see(made_up(seed, start=live.now - timedelta(days=DAYS_BACK), commits=COMMITS))

    found = reasons_live(live)

    counts = Counter(len(reasons) for reasons in found)
    assert counts[0] == 0
    assert counts[1] <= (1 - SEVERAL) * counts.total()
    for reasons in found:
        sentences = words.evidence_sentences(reasons)
        assert all(sentence.endswith(".") for sentence in sentences)
        assert len({one.kind for one in reasons}) == len(reasons)


def test_a_known_case_that_is_no_flake_tells_how_often_it_failed(live: Live) -> None:
    live.see(made_up(2, start=live.now - timedelta(days=DAYS_BACK), commits=COMMITS))

    kinds = Counter(reason.kind for reasons in reasons_live(live) for reason in reasons)

    assert kinds[EvidenceKind.FAILED_BEFORE]
    assert kinds[EvidenceKind.FAILS_NOT_ON_BASE]
