"""Acts over the API: what a token with the right to act, or ADMIN_TOKEN, can do about a case."""

from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID

from pydantic import ValidationError
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from app.api.act_shapes import AliasDone, Ask, done_of
from app.api.answers import refusal, request_id_of
from app.api.doors import NOT_HERE, Guest, RepositoryDoor
from app.core.acts import ActName
from app.core.errors import BadInput, FlakeGuardError, Missing
from app.db import aliases as alias_rows
from app.db.session import Session, unit_of_work
from app.ports import Queue
from app.services import aliases
from app.services.acts import Done, undo
from app.services.acts.named import Asked, perform
from app.services.answers import aftermath

BODY_LIMIT = 16 * 1024  # bytes; a reason has 500 characters
ID_DIGITS = 18  # fits the database's bigint


@dataclass(frozen=True, slots=True)
class Acts:
    """The endpoints. Built once, by the root."""

    doors: RepositoryDoor
    queue: Queue

    async def act(self, request: Request) -> Response:
        """Do one thing to one case."""
        body = await body_of(request)
        return await run_in_threadpool(
            lambda: self._answered(request, lambda: self._act(request, body))
        )

    def undo(self, request: Request) -> Response:
        """Take an act back."""
        return self._answered(request, lambda: self._undo(request))

    def alias(self, request: Request) -> Response:
        """Confirm or decline a rename."""
        return self._answered(request, lambda: self._alias(request))

    def _answered(self, request: Request, work: Callable[[], Response]) -> Response:
        try:
            return work()
        except FlakeGuardError as error:
            return refusal(request, error)

    def _act(self, request: Request, body: bytes) -> Response:
        guest = self.doors.actor(request)
        name, case_id, asked = _act_of(request), _case_of(request), _asked(body)
        now = self.doors.clock()

        def work(session: Session) -> Done:
            return perform(session, guest.repository.id, case_id, name, asked, guest.actor, now=now)

        return self._done(request, guest, work)

    def _undo(self, request: Request) -> Response:
        guest, event_id = self.doors.actor(request), number_of(request, "event")
        now = self.doors.clock()

        def work(session: Session) -> Done:
            return undo(session, guest.repository.id, event_id, guest.actor, now=now)

        return self._done(request, guest, work)

    def _done(self, request: Request, guest: Guest, work: Callable[[Session], Done]) -> Response:
        now = self.doors.clock()
        with unit_of_work(self.doors.engine) as session:
            done = work(session)
            wanted = aftermath.follows(session, guest.repository.id, done, now=now)
            aftermath.ask(session, wanted, request_id=request_id_of(request), now=now)
        aftermath.hint(self.queue, wanted)
        return JSONResponse(done_of(done).model_dump(mode="json"))

    def _alias(self, request: Request) -> Response:
        guest, alias_id = self.doors.actor(request), number_of(request, "alias")
        decide = {"confirm": aliases.confirm, "decline": aliases.decline}.get(
            request.path_params["decision"]
        )
        if decide is None:
            raise Missing(NOT_HERE)
        now = self.doors.clock()
        with unit_of_work(self.doors.engine) as session:
            if alias_rows.repository_of(session, alias_id) != guest.repository.id:
                raise Missing(NOT_HERE)
            after = decide(
                session,
                alias_id,
                actor=guest.actor.shown,
                surface=guest.actor.surface,
                request_id=guest.actor.request_id,
                now=now,
            )
            wanted = aftermath.shown_anew(session, after.repo_id, after.new)
            aftermath.ask(session, wanted, request_id=guest.actor.request_id, now=now)
        aftermath.hint(self.queue, wanted)
        said = AliasDone(
            alias=after.id,
            old=after.old_name,
            new=after.new_name,
            state=after.state,
            event=after.event_id,
        )
        return JSONResponse(said.model_dump(mode="json"))


async def body_of(request: Request) -> bytes:
    """What was sent, up to a little more than is allowed."""
    taken = b""
    async for chunk in request.stream():
        taken += chunk
        if len(taken) > BODY_LIMIT:
            break
    return taken


def _asked(body: bytes) -> Asked:
    if len(body) > BODY_LIMIT:
        raise BadInput(f"The body is longer than {BODY_LIMIT} bytes.")
    try:
        ask = Ask.model_validate_json(body) if body.strip() else Ask.model_construct()
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"]) or "the body"
        raise BadInput(f"The body is not what an act takes: {where}: {first['msg']}.") from None
    return Asked(
        reason=ask.reason, days=ask.days, owner=ask.owner, commit=ask.commit, times=ask.times
    )


def _act_of(request: Request) -> ActName:
    try:
        return ActName(request.path_params["act"])
    except ValueError:
        raise Missing(NOT_HERE) from None


def _case_of(request: Request) -> UUID:
    try:
        return UUID(request.path_params["case"])
    except ValueError:
        raise Missing(NOT_HERE) from None


def number_of(request: Request, name: str) -> int:
    """A number in the address; Missing for what is none."""
    text: str = request.path_params[name]
    if not (text.isascii() and text.isdecimal() and len(text) <= ID_DIGITS):
        raise Missing(NOT_HERE)
    return int(text)
