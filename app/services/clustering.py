"""Clusters grow by folding: each failure once, in batches, each batch a transaction."""

from collections.abc import Sequence
from datetime import datetime

from app.core.categories import category_of
from app.core.clusters import ALIKE, MERGED, OF_THE_FIRST, bands_of, likeness, wording_of
from app.core.signatures import SIGNATURE_VERSION, told
from app.db.clusters import folding, merging, rewording
from app.db.clusters.folding import Near, NewSignature
from app.db.session import Engine, Session, unit_of_work

BATCHES_AT_ONCE = 20  # in one go; what is left is found a minute later


def fold_due(engine: Engine, *, now: datetime) -> int:
    """Fold what waits of every repository; how many reports.

    Safe to be killed anywhere, and for several to do at once.
    """
    with unit_of_work(engine) as session:
        waiting = folding.waiting(session)
    return sum(fold_repository(engine, repo_id, now=now) for repo_id in waiting)


def fold_repository(engine: Engine, repo_id: int, *, now: datetime) -> int:
    """Fold a repository's reports that wait; how many."""
    with unit_of_work(engine) as session:
        if folding.is_alone(session, repo_id):
            _reword(session, repo_id)
    folded = 0
    for _ in range(BATCHES_AT_ONCE):
        with unit_of_work(engine) as session:
            batch = folding.claim(session, repo_id)
            if batch is None:
                break
            if batch.trusted:
                for new in folding.new_signatures(session, batch):
                    _place(session, repo_id, new, now=now)
            folding.count(session, batch, now=now)
        folded += len(batch.reports)
    return folded


def _reword(session: Session, repo_id: int) -> None:
    """Read by today's masks what older ones read, so that a cluster finds what it always held.

    Two that say the same by now become one with the next failure that says so.
    """
    for old in rewording.outdated(session, repo_id, version=SIGNATURE_VERSION):
        one = told(old.example)
        words = wording_of(one, category_of(one.type, one.message)).text
        rewording.reword(
            session,
            repo_id,
            old,
            said=one.text,
            words=words,
            frames=one.frames,
            version=SIGNATURE_VERSION,
        )
        folding.add_bands(session, repo_id, old.mark, bands_of(words))


def _place(session: Session, repo_id: int, new: NewSignature, *, now: datetime) -> None:
    """Find the cluster of a new signature, or make one; none where its text says too little."""
    one = told(new.failure)
    category = category_of(one.type, one.message)
    wording = wording_of(one, category)
    words = wording.text
    if not wording.is_telling:
        folding.add_signature(session, repo_id, new, None, words=words)
        return
    keys = bands_of(words)
    near = folding.near(session, repo_id, keys)
    cluster_id = _joined(session, repo_id, near, words)
    if cluster_id is None:
        cluster_id = folding.found(
            session,
            repo_id,
            new,
            said=one.text,
            words=words,
            frames=one.frames,
            category=category,
            now=now,
        )
    folding.add_signature(session, repo_id, new, cluster_id, words=words)
    if all(known.words != words for known in near):  # else it is found by that one's bands
        folding.add_bands(session, repo_id, new.mark, keys)


def _joined(session: Session, repo_id: int, near: Sequence[Near], words: str) -> int | None:
    """The cluster that a text is like, the likest first; clusters that it shows to be one merge.

    Two clusters that people have named or linked stay two.
    """
    likest: dict[int, tuple[float, bool]] = {}
    for known in near:
        alike = likeness(words, known.words)
        if alike >= ALIKE and likeness(words, known.first_words) >= OF_THE_FIRST:
            before = likest.get(known.cluster_id, (0.0, False))[0]
            likest[known.cluster_id] = (max(before, alike), known.is_claimed)
    if not likest:
        return None
    sure = [(cluster, claimed) for cluster, (alike, claimed) in likest.items() if alike >= MERGED]
    if len(sure) > 1 and sum(claimed for _, claimed in sure) <= 1:
        old, *young = sorted(cluster for cluster, _ in sure)
        for one in young:
            merging.merge(session, repo_id, old=old, young=one)
        return old
    return max(likest, key=lambda cluster: (likest[cluster][0], -cluster))
