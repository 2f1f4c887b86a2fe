"""The sentences of `/flakeguard settings`."""

from app.core.hours import Often, Quiet
from app.render.escape import plain


def are_told() -> str:
    """That somebody is told of their tests."""
    return "You are told of your tests in direct messages; `/flakeguard settings me off` ends that."


def are_not_told() -> str:
    """That somebody is not."""
    return (
        "You are told nothing of your tests in direct messages; "
        "`/flakeguard settings me on` begins that."
    )


def zone(name: str | None, *, is_mine: bool) -> str:
    """In which time zone dates are told."""
    whose = "Your" if is_mine else "This channel's"
    return f"{whose} time zone is {plain(name or 'UTC')}."


def quiet(hours: Quiet | None, *, is_mine: bool) -> str:
    """When nothing is posted."""
    whom = "You are" if is_mine else "This channel is"
    if hours is None:
        return f"{whom} told things at any hour."
    but = "" if is_mine else " A broken branch and an outage are told all the same."
    return f"{whom} left in peace {hours} and told afterwards.{but}"


def digest(often: Often, *, is_mine: bool) -> str:
    """How often a digest is told."""
    whom = "You are" if is_mine else "This channel is"
    if often is Often.OFF:
        return f"{whom} told no digest."
    when = "every day" if often is Often.DAILY else "on Mondays"
    return f"{whom} told a digest {when} at 9:00."


def no_zone(said: str) -> str:
    """What is no time zone."""
    return f"“{plain(said, limit=80)}” is no time zone. Name one like `Europe/Berlin` or `UTC`."


def no_hours(said: str) -> str:
    """What are no hours."""
    return f"“{plain(said, limit=80)}” are no hours. Write `22:00-07:00`, `22-7` or `off`."


def no_often(said: str) -> str:
    """What is no way to tell a digest."""
    return f"“{plain(said, limit=80)}” is none of daily, weekly and off."


def cannot_be_set(said: str) -> str:
    """Words after `settings` that mean nothing."""
    return (
        f"“{plain(said, limit=80)}” is nothing that can be set. Try `zone Europe/Berlin`, "
        "`quiet 22-7` or `digest daily` for this channel, the same after `me` for yourself, and "
        "`me on` or `me off`."
    )


def not_bound() -> str:
    """Settings of a channel that hears of nothing."""
    return "This channel is bound to no repository, so there is nothing to set for it."
