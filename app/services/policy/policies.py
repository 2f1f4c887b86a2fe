"""What the files of a repository's default branch say of how we work: its policy, its owners."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from app.core.errors import BadInput
from app.core.owners import MOST_CHARACTERS, PLACES, owners_of, rules_in
from app.core.policy import tree
from app.core.policy.policy import Policy
from app.core.policy.reading import PLACE, policy_once_good, read_policy
from app.core.policy.tree import Fault
from app.core.runs import Repository, RepositoryFile
from app.db import owners, policies, trials
from app.db.policies import NO_FILE, Snapshot, SnapshotKind
from app.db.session import Session
from app.ports import CodeHost
from app.render.words import policy as words_policy

POLICY_LIMIT = 4 * tree.MOST_CHARACTERS  # bytes: of UTF-8, four a character at most
COMPARED_OVER = timedelta(days=30)  # what a change of policy is tried on
LONGEST_FILE = 1_000  # bytes of a path that can have an owner; longer ones fit no index
UNSTORABLE = {0: "\ufffd"}  # PostgreSQL's text holds no NUL


@dataclass(frozen=True, slots=True)
class Fetched:
    """The files as the code host has them now."""

    policy: Snapshot
    owners: Snapshot


def policy_of(session: Session, repo_id: int) -> Policy:
    """What is in force: the newest file without a fault; the defaults where there is none.

    One that was without and has a fault by what we know now goes on to count, but for the keys
    that have it.
    """
    return policy_once_good(text_in_force(session, repo_id))


def text_in_force(session: Session, repo_id: int) -> str:
    """The newest file without a fault, as it is written; empty where there is none."""
    found = policies.newest(session, repo_id, SnapshotKind.POLICY, in_force=True)
    return found.text if found else ""


def faults_of(session: Session, repo_id: int) -> tuple[Fault, ...]:
    """What is wrong with the newest file: an older one, or none, is in force, or the rest of it.

    A file that was read before we knew of a fault has it all the same.
    """
    found = policies.newest(session, repo_id, SnapshotKind.POLICY)
    return (found.errors or read_policy(found.text).faults) if found else ()


def _said_of_faults(session: Session, repo_id: int) -> tuple[str, ...]:
    found = policies.newest(session, repo_id, SnapshotKind.POLICY)
    is_taken = found is not None and not found.errors
    return words_policy.faults(faults_of(session, repo_id), is_taken=is_taken)


def remarks(session: Session, repo_id: int, pr_number: int | None) -> tuple[str, ...]:
    """What a check run says of the policy: what is wrong with it, what a change would decide."""
    wrong = _said_of_faults(session, repo_id)
    proposed = policies.proposed_by(session, repo_id, pr_number) if pr_number else None
    if proposed is None:
        return wrong
    branch, file = proposed
    current = policies.newest(session, repo_id, SnapshotKind.POLICY)
    if file.sha == (current.sha if current else NO_FILE):
        return wrong
    if file.errors:
        return (*wrong, *words_policy.proposed_faults(file.errors))
    found = trials.outcome(session, repo_id, branch)
    return (*wrong, words_policy.would_decide(found, days=COMPARED_OVER.days))


def is_known(session: Session, repo_id: int) -> bool:
    """Whether the files were ever read."""
    return policies.newest(session, repo_id, SnapshotKind.POLICY) is not None


def fetch(host: CodeHost, repository: Repository) -> Fetched:
    """Ask the code host for the files; nothing is kept yet."""
    return Fetched(
        policy=fetch_policy(host, repository, repository.default_branch),
        owners=_fetch_owners(host, repository),
    )


def fetch_policy(host: CodeHost, repository: Repository, ref: str) -> Snapshot:
    """The policy file at a branch or commit, with what is wrong with it."""
    try:
        found = host.file_at(repository.full_name, PLACE, ref, limit=POLICY_LIMIT)
    except BadInput as bad:
        fault = Fault(1, 1, str(bad))
        return Snapshot(SnapshotKind.POLICY, "too large", PLACE, "", (fault,))
    if found is None:
        return Snapshot(SnapshotKind.POLICY, NO_FILE, None, "")
    text = _text(found)
    faults = read_policy(text).faults
    return Snapshot(SnapshotKind.POLICY, found.sha, PLACE, text.translate(UNSTORABLE), faults)


def _fetch_owners(host: CodeHost, repository: Repository) -> Snapshot:
    """The first CODEOWNERS that exists; one that GitHub finds too large owns nothing."""
    for path in PLACES:
        try:
            found = host.file_at(
                repository.full_name, path, repository.default_branch, limit=MOST_CHARACTERS
            )
        except BadInput:
            return Snapshot(SnapshotKind.OWNERS, NO_FILE, path, "")
        if found is not None:
            text = _text(found).translate(UNSTORABLE)
            return Snapshot(SnapshotKind.OWNERS, found.sha, path, text)
    return Snapshot(SnapshotKind.OWNERS, NO_FILE, None, "")


def _text(found: RepositoryFile) -> str:
    return found.contents.decode("utf-8", "replace")


def keep(session: Session, repo_id: int, fetched: Fetched, *, now: datetime) -> bool:
    """Store what was read; whether another policy is in force now.

    Every file's owners are told anew where the policy or CODEOWNERS changed.
    """
    before = policy_of(session, repo_id)
    known = policies.newest(session, repo_id, SnapshotKind.OWNERS)
    policies.write(session, repo_id, fetched.policy, now=now)
    policies.write(session, repo_id, fetched.owners, now=now)
    after = policy_of(session, repo_id)
    is_moved = known is None or known.text != fetched.owners.text
    if is_moved or before.owners != after.owners:
        own(session, repo_id, owners.files(session, repo_id))
    return before != after


def own(session: Session, repo_id: int, files: Iterable[str]) -> None:
    """Write down whose these files are; nothing before CODEOWNERS was ever read."""
    wanted = {file for file in files if len(file.encode()) <= LONGEST_FILE}
    if not wanted:
        return
    found = policies.newest(session, repo_id, SnapshotKind.OWNERS)
    if found is None:
        return
    policy, rules = policy_of(session, repo_id), rules_in(found.text)
    said = {}
    for file in wanted:
        ours = policy.owners_of(file)
        said[file] = owners_of(file, rules) if ours is None else ours
    owners.write(session, repo_id, said)
