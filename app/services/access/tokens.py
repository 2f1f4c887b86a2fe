"""Project tokens: made, rotated, revoked, and told apart from strangers' secrets."""

import re
import secrets
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hashlib import blake2b, sha256
from hmac import compare_digest

from app.core.errors import BadInput, Conflict, Missing, NotSignedIn
from app.core.runs import Repository
from app.core.tokens import OVERLAP, ProjectToken, Scope, TokenState, repo_of, token_text
from app.db import repositories, trail
from app.db.access import tokens
from app.db.session import Engine, Session, unit_of_work

SECRET_BYTES = 32  # 256 bits: nobody guesses it, so a plain hash keeps it
USE_NOTED_EVERY = timedelta(minutes=1)  # a hundred shards at once write it once
ID_BITS = 52  # of a repository's id made from its name; JSON's numbers hold them exactly
NAME_LENGTH = 100  # characters of a token's name
BEARER = "bearer "
REFUSED = (
    "No valid project token came along; send it as `Authorization: Bearer TOKEN`, "
    "and make one with: flakeguard token create"
)
"""The same whatever is wrong with it, so that nothing can be learned by trying."""
_OUTSIDE = re.compile(r"(gitlab|other):([\w.-]+(?:/[\w.-]+){1,20})")

NewSecret = Callable[[], str]


@dataclass(frozen=True, slots=True)
class Made:
    """A token that was just made: the only time that its text is known."""

    token: ProjectToken
    text: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Holder:
    """Whoever sent a valid token along."""

    repository: Repository
    token: ProjectToken
    digest: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class By:
    """Who acts on tokens, and where."""

    actor: str
    surface: str
    request_id: str = ""


def new_secret() -> str:
    """An unguessable secret."""
    return secrets.token_urlsafe(SECRET_BYTES)


def digest_of(text: str) -> bytes:
    """What is kept of a token."""
    return sha256(text.encode(errors="surrogateescape")).digest()


def create(
    engine: Engine,
    project: str,
    *,
    name: str,
    default_branch: str,
    by: By,
    now: datetime,
    scopes: Iterable[Scope] = (Scope.UPLOAD,),
    secret: NewSecret = new_secret,
) -> Made:
    """A token for a project; a project of another host is made on the way.

    Raises Missing for a GitHub repository that we do not know, BadInput for an odd name.
    """
    if not 0 < len(name.strip()) <= NAME_LENGTH:
        raise BadInput(f"A token's name has 1 to {NAME_LENGTH} characters, not {len(name)}.")
    with unit_of_work(engine) as session:
        repository = _project(session, project, default_branch=default_branch, now=now)
        made = _made(session, repository.id, name.strip(), secret(), scopes=scopes, now=now)
        _audit(session, made.token, "token_created", by, now=now)
    return made


def rotate(
    engine: Engine,
    token_id: int,
    *,
    by: By,
    now: datetime,
    overlap: timedelta = OVERLAP,
    secret: NewSecret = new_secret,
) -> Made:
    """A token that takes another's place; the old one goes on working for `overlap`.

    Raises Missing when there is no such token, Conflict when it is not in force any more.
    """
    with unit_of_work(engine) as session:
        old = _found(session, token_id)
        if old.state(now) is not TokenState.ACTIVE:
            raise Conflict(f"Token {token_id} is {old.state(now)}, so it cannot be rotated.")
        made = _made(
            session,
            old.repo_id,
            old.name,
            secret(),
            scopes=old.scopes,
            now=now,
            replaces=old.id,
        )
        tokens.end(session, old, at=now + overlap)
        _audit(session, made.token, "token_rotated", by, now=now)
    return made


def revoke(engine: Engine, token_id: int, *, by: By, now: datetime) -> ProjectToken:
    """End a token at once. Raises Missing when there is no such token."""
    with unit_of_work(engine) as session:
        old = _found(session, token_id)
        if old.revoked_at is None:
            tokens.revoke(session, old, now=now)
            _audit(session, old, "token_revoked", by, now=now)
        return _found(session, token_id)


def listed(engine: Engine, project: str | None) -> list[ProjectToken]:
    """Every token, or a project's. Raises Missing for a project that we do not know."""
    with unit_of_work(engine) as session:
        if project is None:
            return tokens.listed(session, repo_id=None)
        return tokens.listed(session, repo_id=_known(session, project).id)


def holder_of(engine: Engine, authorization: str, *, now: datetime) -> Holder:
    """Who sends this header; NotSignedIn, always in the same words, when it opens nothing."""
    text = authorization[len(BEARER) :].strip()
    repo_id = repo_of(text)
    if repo_id is None or not authorization.lower().startswith(BEARER):
        raise NotSignedIn(REFUSED)
    digest = digest_of(text)
    with unit_of_work(engine) as session:
        token = tokens.by_digest(session, repo_id, digest)
        repository = repositories.repository(session, repo_id)
        if token is None or repository is None or not _opens(token, now):
            raise NotSignedIn(REFUSED)
        if token.last_used_at is None or token.last_used_at + USE_NOTED_EVERY <= now:
            tokens.note_use(session, token, now=now)
    return Holder(repository, token, digest)


def is_same_project(repository: Repository, named: str) -> bool:
    """Whether a name that came with a token means the token's project, in any of its spellings."""
    full_name = repository.full_name
    spellings = (full_name, full_name.partition(":")[2], f"github:{full_name}", str(repository.id))
    wanted = named.strip().lower().encode()
    return any(compare_digest(one.lower().encode(), wanted) for one in spellings if one)


def _opens(token: ProjectToken, now: datetime) -> bool:
    return token.state(now) in {TokenState.ACTIVE, TokenState.ROTATED}


def _made(
    session: Session,
    repo_id: int,
    name: str,
    secret: str,
    *,
    scopes: Iterable[Scope],
    now: datetime,
    replaces: int | None = None,
) -> Made:
    text = token_text(repo_id, secret)
    token_id = tokens.add(
        session,
        repo_id,
        digest_of(text),
        name=name,
        now=now,
        replaces=replaces,
        scopes=scopes,
    )
    return Made(_found(session, token_id), text)


def _found(session: Session, token_id: int) -> ProjectToken:
    found = tokens.locked(session, token_id)
    if found is None:
        raise Missing(f"There is no token {token_id}; `flakeguard token list` shows those we have.")
    return found


def _project(session: Session, project: str, *, default_branch: str, now: datetime) -> Repository:
    outside = _OUTSIDE.fullmatch(project)
    if outside is None:
        return _known(session, project)
    made = Repository(
        id=id_of(project),
        full_name=project,
        default_branch=default_branch,
        installation_id=None,
    )
    repositories.note_outside(session, made, provider=outside[1], now=now)
    return repositories.repository(session, made.id) or made


def id_of(project: str) -> int:
    """The id of a project whose host gives us none: negative, and the same for the same name."""
    digest = blake2b(project.lower().encode(), digest_size=8).digest()
    return -(int.from_bytes(digest, "big") % (1 << ID_BITS)) - 2  # -1 means nobody's elsewhere


def _known(session: Session, project: str) -> Repository:
    found = repositories.repository_named(session, project.removeprefix("github:"))
    if found is None:
        raise Missing(
            f"We do not know {project[:200]}: install the GitHub App on it and push once, or name "
            "a project of another host as gitlab:group/name or other:group/name."
        )
    return found


def _audit(session: Session, token: ProjectToken, act: str, by: By, *, now: datetime) -> None:
    trail.write(
        session,
        token.repo_id,
        at=now,
        actor=by.actor,
        surface=by.surface,
        act=act,
        case_id=None,
        before={"replaces": token.replaces} if token.replaces else {},
        after={"token": token.id, "name": token.name, "scopes": sorted(token.scopes)},
        request_id=by.request_id,
    )
