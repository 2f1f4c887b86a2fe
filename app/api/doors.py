"""Who asks the API about a repository, and whether they may act."""

from dataclasses import dataclass

from starlette.requests import Request

from app.api.answers import request_id_of
from app.clock import Clock
from app.core.errors import Missing, NotAllowed, NotSignedIn
from app.core.runs import Repository
from app.core.tokens import Scope, repo_of
from app.db.session import Engine, unit_of_work
from app.services.access.sessions import (
    ADMIN,
    Door,
    check_admin_token,
    cookie_name,
    must_see_named,
    visitor_of,
)
from app.services.access.tokens import BEARER, REFUSED, holder_of, is_same_project
from app.services.acts import Actor
from app.services.quarantine.held import repository_named

NOT_HERE = "Nothing is here, or nothing for you."
MAY_NOT_ACT = (
    "This token may hand in reports, but not decide about cases; make one that may with: "
    "flakeguard token create --may-act"
)


@dataclass(frozen=True, slots=True)
class Guest:
    """Who asks, and about which repository."""

    repository: Repository
    actor: Actor


@dataclass(frozen=True, slots=True)
class RepositoryDoor:
    """Tells who asks. Built once, by the root; the pages' own door, so that failures add up."""

    engine: Engine
    clock: Clock
    door: Door
    secure: bool  # whether cookies insist on https, as the pages' do

    def reader(self, request: Request) -> Guest:
        """Whoever may read: the project's token, ADMIN_TOKEN, or somebody who is signed in.

        Raises NotSignedIn for strangers, Missing for a token of another project.
        """
        if request.headers.get("authorization"):
            return self._with_token(request, None)
        secret = request.cookies.get(cookie_name(secure=self.secure))
        visitor = visitor_of(self.door, secret, now=self.clock())
        if visitor is None:
            raise NotSignedIn(REFUSED)
        must_see_named(self.door, visitor, _name(request))
        repository = self._repository(_name(request))
        return Guest(repository, Actor(visitor.login, "api", request_id_of(request)))

    def actor(self, request: Request) -> Guest:
        """Whoever may decide: a project's token with the right to act, or ADMIN_TOKEN.

        Raises NotAllowed for a token that may only hand in, and what `reader` raises. A cookie
        is not enough: what writes must not follow from a link.
        """
        return self._with_token(request, Scope.ACT)

    def _with_token(self, request: Request, needed: Scope | None) -> Guest:
        authorization = request.headers.get("authorization", "")
        name, now, request_id = _name(request), self.clock(), request_id_of(request)
        text = authorization[len(BEARER) :].strip()
        if repo_of(text) is None:  # no project token: it may be ADMIN_TOKEN
            if not authorization.lower().startswith(BEARER):
                raise NotSignedIn(REFUSED)
            address = request.client.host if request.client else ""
            check_admin_token(self.door, text, address=address, now=now)
            actor = Actor(ADMIN, "api", request_id, is_person=False)
            return Guest(self._repository(name), actor)
        holder = holder_of(self.engine, authorization, now=now)
        if not is_same_project(holder.repository, name):
            raise Missing(NOT_HERE)
        if needed is not None and needed not in holder.token.scopes:
            raise NotAllowed(MAY_NOT_ACT)
        token = f"token {holder.token.name}"
        return Guest(holder.repository, Actor(token, "api", request_id, is_person=False))

    def _repository(self, name: str) -> Repository:
        with unit_of_work(self.engine) as session:
            return repository_named(session, name)


def _name(request: Request) -> str:
    name = f"{request.path_params['owner']}/{request.path_params['name']}"
    if not name.isprintable():  # no repository's, and PostgreSQL refuses a NUL
        raise Missing(NOT_HERE)
    return name
