"""`settings`: what this channel hears, who the asker is, and how both want to hear from us."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date, datetime

from app.core.chat_commands import Command
from app.core.errors import BadInput, Conflict
from app.core.hours import Often, newest_day, quiet_of, zone_named
from app.core.runs import Repository
from app.db.chat import places, preferences
from app.db.chat.preferences import Preference
from app.db.session import Session, unit_of_work
from app.db.trail import AuditEvent
from app.ports import Permission
from app.render import slack_preferences as shown
from app.render.words import decisions, slack
from app.render.words import preferences as said
from app.services import acts
from app.services.acts import Actor
from app.services.slack.desk import (
    Answer,
    Deed,
    Desk,
    Outcome,
    must_be_linked,
    taken_back,
    with_undo,
)
from app.services.slack.places import bound

ME = "me"
OFF = "off"
SET = "settings"  # the act that sets what a channel wants
SWITCHES = {"on": True, OFF: False}
ASKED = 12  # repositories of a channel, one of which the asker must administer

Change = tuple[Preference, Sequence[str]]


def settings(desk: Desk, command: Command) -> Answer | Deed:
    """`settings` shows them; `settings [me] zone|quiet|digest ...` and `settings me on|off` set."""
    words = list(command.words)
    if not words:
        return _shown(desk)
    if words[0].lower() == ME:
        return _mine(desk, words[1:])
    return _channel(desk, words)


def _shown(desk: Desk) -> Answer:
    with unit_of_work(desk.engine) as session:
        here = places.bound(session, team_id=desk.team_id, channel=desk.channel)
        heard = places.subscriptions(session, team_id=desk.team_id, channel=desk.channel)
        channel = preferences.preference(session, team_id=desk.team_id, place=desk.channel)
        mine = preferences.preference(session, team_id=desk.team_id, place=desk.chat_user)
    lines = [
        slack.hears(one.full_name, heard[one.id].kinds, heard[one.id].owner, heard[one.id].path)
        for one in here
        if one.id in heard
    ]
    login = desk.linked.login if desk.linked else None
    told = _sentences(mine, is_mine=True) if login else ()
    return Answer(
        *shown.settings(
            lines, login=login, channel=_sentences(channel, is_mine=False) if lines else (), me=told
        )
    )


def _sentences(wanted: Preference, *, is_mine: bool) -> list[str]:
    """All that a person or channel wants."""
    tells = [said.are_told() if wanted.tells else said.are_not_told()] if is_mine else []
    often = wanted.digest or (Often.OFF if is_mine else Often.WEEKLY)
    return [
        *tells,
        said.quiet(wanted.quiet, is_mine=is_mine),
        said.digest(often, is_mine=is_mine),
        said.zone(wanted.zone, is_mine=is_mine),
    ]


def _mine(desk: Desk, words: list[str]) -> Answer:
    with unit_of_work(desk.engine) as session:
        before = preferences.preference(session, team_id=desk.team_id, place=desk.chat_user)
    if len(words) == 1 and words[0].lower() in SWITCHES:
        after = replace(before, tells=SWITCHES[words[0].lower()])
        sentences: Sequence[str] = [said.are_told() if after.tells else said.are_not_told()]
    else:
        after, sentences = _changed(before, words, is_mine=True, zone=lambda: desk.who().zone)
        if after.digest not in {None, before.digest, Often.OFF}:
            after = replace(after, digest_day=_last(after, now=desk.now))
    with unit_of_work(desk.engine) as session:
        preferences.keep(session, after, team_id=desk.team_id, place=desk.chat_user)
    return Answer(" ".join(sentences))


def _last(wanted: Preference, *, now: datetime) -> date:
    """The day for which a digest was due last: who wants one from now on is told the next."""
    return newest_day(wanted.digest or Often.WEEKLY, wanted.tzinfo, now=now)[0]


def _channel(desk: Desk, words: list[str]) -> Deed:
    """Who administers one of its repositories on GitHub sets what the channel wants."""
    must_be_linked(desk)
    repository = _administered(desk)
    with unit_of_work(desk.engine) as session:
        before = preferences.preference(session, team_id=desk.team_id, place=desk.channel)
    after, sentences = _changed(before, words, is_mine=False, zone=lambda: desk.who().zone)

    def do(session: Session, actor: Actor) -> Outcome:
        event_id = _kept(session, desk, repository, actor, SET, before, after)
        return Outcome(with_undo(" ".join(sentences), repository.id, event_id))

    return Deed(repository, Permission.ADMIN, do)


def take_back(desk: Desk, repository: Repository, event: AuditEvent) -> Deed:
    """Let the channel want what it wanted before, by who may set it; Conflict after a newer word.

    The event is one of those that set what this channel wants.
    """

    def do(session: Session, actor: Actor) -> Outcome:
        current = preferences.preference(session, team_id=desk.team_id, place=desk.channel)
        then = {name: event.after[name] for name in _told(current)}
        if _told(current) != then or all(one.id != repository.id for one in bound(desk)):
            raise Conflict(decisions.newer_than(event.act))
        kept = event.before
        earlier = replace(
            current,
            zone=kept["zone"],
            quiet=quiet_of(kept["quiet"] or ""),
            digest=Often(kept["digest"]) if kept["digest"] else None,
        )
        _kept(session, desk, repository, actor, "undo", current, earlier, undoes=event.id)
        return Outcome(taken_back(actor, event.act))

    return Deed(repository, Permission.ADMIN, do)


def is_setting(event: AuditEvent, *, team_id: str) -> bool:
    """Whether an act set what a channel of this workspace wants, and can be taken back."""
    return event.act == SET and event.after.get("team") == team_id


def _kept(
    session: Session,
    desk: Desk,
    repository: Repository,
    actor: Actor,
    act: str,
    before: Preference,
    after: Preference,
    **more: object,
) -> int:
    """Let the channel want this, and write down who said so; the number that takes it back."""
    preferences.keep(session, after, team_id=desk.team_id, place=desk.channel)
    place = {"team": desk.team_id, "channel": desk.channel}
    return acts.audit(
        session,
        repository.id,
        None,
        act,
        actor,
        before=place | _told(before),
        after=place | more | _told(after),
        now=desk.now,
    )


def _administered(desk: Desk) -> Repository:
    """A repository of the channel that the asker administers; the first where there is none."""
    here = bound(desk)[:ASKED]
    if not here:
        raise BadInput(said.not_bound())
    theirs = (one for one in here if desk.permission(one) >= Permission.ADMIN)
    return next(theirs, here[0])


def _changed(
    before: Preference, words: list[str], *, is_mine: bool, zone: Callable[[], str | None]
) -> Change:
    """What is wanted after these words, and the sentences that say so.

    `zone` asks Slack for the asker's time zone: it is taken where none is known yet.
    """
    what, rest = words[0].lower() if words else "", " ".join(words[1:])
    if what == "zone":
        return _zoned(before, rest, is_mine=is_mine)
    if what == "quiet":
        hours = None if rest.lower() == OFF else quiet_of(rest)
        if hours is None and rest.lower() != OFF:
            raise BadInput(said.no_hours(rest))
        after = replace(before, quiet=hours, zone=before.zone or zone())
        sentences = [said.quiet(hours, is_mine=is_mine), said.zone(after.zone, is_mine=is_mine)]
        return after, sentences
    if what == "digest":
        if rest.lower() not in set(Often):
            raise BadInput(said.no_often(rest))
        after = replace(before, digest=Often(rest.lower()), zone=before.zone or zone())
        often = said.digest(Often(rest.lower()), is_mine=is_mine)
        return after, [often, said.zone(after.zone, is_mine=is_mine)]
    raise BadInput(said.cannot_be_set(" ".join(words) or ME))


def _zoned(before: Preference, name: str, *, is_mine: bool) -> Change:
    known = zone_named(name)
    if known is None:
        raise BadInput(said.no_zone(name))
    return replace(before, zone=known), [said.zone(known, is_mine=is_mine)]


def _told(wanted: Preference) -> dict[str, str | None]:
    """As the audit trail keeps it."""
    return {
        "zone": wanted.zone,
        "quiet": str(wanted.quiet) if wanted.quiet else None,
        "digest": wanted.digest,
    }
