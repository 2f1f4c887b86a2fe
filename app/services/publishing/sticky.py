"""The one comment on a pull request: begun once, then edited, found again by its marker."""

from dataclasses import dataclass
from datetime import datetime

from app.core.errors import Missing
from app.core.runs import Repository
from app.db import publications
from app.db.publications import Publication
from app.db.session import Engine, unit_of_work
from app.ports import CodeHost
from app.services.publishing.sameness import digest_of

COMMENT = "comment"


@dataclass(frozen=True, slots=True)
class Sticky:
    """What the comment is to say, and what stands there already."""

    repository: Repository
    pr_number: int
    body: str
    published: Publication | None
    is_silent: bool  # it is not begun for this alone


def publish(engine: Engine, host: CodeHost, wanted: Sticky, *, now: datetime) -> None:
    """Make the comment say this; none is begun where this is not worth one."""
    repo_id, key, before = wanted.repository.id, str(wanted.pr_number), wanted.published
    digest = digest_of(wanted.body)
    if before is None and wanted.is_silent:
        return
    if before is not None and before.digest == digest:
        return
    with unit_of_work(engine) as session:
        publications.intend(session, repo_id, COMMENT, key, view={}, now=now)
    comment_id = _commented(host, wanted)
    if comment_id is None:
        return
    with unit_of_work(engine) as session:
        publications.note_sent(
            session, repo_id, COMMENT, key, outside_id=comment_id, digest=digest, now=now
        )


def _commented(host: CodeHost, wanted: Sticky) -> int | None:
    """The comment that now says this; None where none is there and there is nothing to say."""
    repo, before = wanted.repository, wanted.published
    if before is not None and before.outside_id is not None:
        try:
            host.update_comment(repo.full_name, before.outside_id, wanted.body)
            return before.outside_id
        except Missing:
            pass  # somebody deleted it
    standing = host.find_comment(repo.full_name, wanted.pr_number, marker(repo.id))
    if standing is None:
        if wanted.is_silent:
            return None
        return host.create_comment(repo.full_name, wanted.pr_number, wanted.body)
    host.update_comment(repo.full_name, standing.id, wanted.body)
    return standing.id


def marker(repo_id: int) -> str:
    """What our comment is found by; hidden from readers."""
    return f"<!-- flakeguard:{repo_id} -->"
