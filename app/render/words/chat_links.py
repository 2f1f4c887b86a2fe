"""The sentences about who Slack users are on GitHub."""

from app.render.escape import plain


def link_is_over() -> str:
    """A link that opens nothing any more."""
    return (
        "This link was used already, was replaced by a newer one, or is older than 15 minutes: "
        "type /flakeguard link in Slack for a new one."
    )


def link_open_it() -> str:
    """What a browser that only looks ahead is shown."""
    return "Open this link in your browser to say who you are on GitHub."


def linked_now(user: str, workspace: str, login: str) -> str:
    """The end of linking, on our page."""
    return (
        f"{plain(user)} of {plain(workspace)} is @{plain(login)} on GitHub now. "
        "Go back to Slack and do it again."
    )


def link_yourself(url: str) -> str:
    """What an unlinked person is told in Slack; the address is ours."""
    return (
        f"I do not know yet who you are on GitHub. <{url}|Tell me through GitHub>: the link is "
        "yours alone, works once and for 15 minutes. Then do this again."
    )


def linked_as(login: str, url: str | None) -> str:
    """What somebody who is linked is told; the address changes it."""
    again = f" <{url}|Be somebody else>." if url else ""
    return f"You are @{plain(login)} on GitHub.{again}"


def cannot_link() -> str:
    """An installation without an address for browsers."""
    return (
        "I do not know your GitHub login yet, and without PUBLIC_URL I have no page to ask it on. "
        "Ask whoever runs FlakeGuard to link you: `flakeguard slack link TEAM USER LOGIN`."
    )


def unlinked(login: str) -> str:
    """The end of a link."""
    return f"You are not @{plain(login)} here any more."


def not_linked_anyway() -> str:
    """Somebody who wants to be nobody, and is."""
    return "I do not know who you are on GitHub, so there is nothing to forget."


def you_are(login: str | None) -> str:
    """Who the asker is."""
    if login is None:
        return "I do not know who you are on GitHub: type /flakeguard link."
    return f"You are @{plain(login)} on GitHub."
