"""What each failure of an observation is held to be, and who may have broken the default branch."""

from uuid import UUID

from app.core.decide import Finding
from app.core.evidence import Fact
from app.core.judging import finding_of
from app.core.recalling import recalled
from app.core.remembering import Culprits, culprits_of
from app.core.runs import Repository
from app.core.scorer.said import Said
from app.db import changes
from app.db.judgements import StoredFinding
from app.db.observed.observations import Seen
from app.db.session import Session
from app.services.judging.work import Work


def culprits(session: Session, repository: Repository, said: Said) -> dict[str, dict[str, Fact]]:
    """By case that the default branch fails: who may have broken it."""
    broken = (one.broken for one in said.findings if one.broken is not None)
    tested = {suspect.commit for one in broken for suspect in one.suspects}
    if not tested:
        return {}
    pushed = changes.pushed(session, repository.id, tested)
    suspects = tested.union(*pushed.values())
    known = changes.commits(session, repository.id, suspects)
    return culprits_of(said, {sha: one.author for sha, one in known.items()}, pushed)


def findings(
    repository: Repository, work: Work, seen: Seen, said: Said, culprits: Culprits
) -> list[StoredFinding]:
    """What each failure of an observation is held to be, by what was known before it."""
    branch, at = repository.default_branch, seen.observation.at
    judged = work.judged([one.case for one in said.findings], at=at)
    found = []
    for one in said.findings:
        told, stood = work.told.get(one.case), work.stood.get(one.case)
        standing = stood
        if stood is None and told is not None and one.case in judged:
            standing = work.standing(repository, judged[one.case], at=at)
        ran = work.scorer.place(one.case)
        culprit = culprits.get(one.case, {})
        finding = finding_of(one, standing, told, ran=ran, branch=branch, culprit=culprit)
        if stood is not None:
            finding = recalled(finding, stood)
        finding = work.terms.finding(one.case, finding, branch=seen.observation.branch)
        found.append(_stored(seen, one.case, finding))
    return found


def _stored(seen: Seen, case: str, finding: Finding) -> StoredFinding:
    key = seen.run.key
    job, at = seen.observation.job, seen.observation.at
    return StoredFinding(key.run_id, key.attempt, UUID(hex=case), job, finding, at)
