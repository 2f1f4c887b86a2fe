"""The sentences of Slack's commands."""

from collections.abc import Sequence

from app.core.pages import Counts
from app.render.escape import plain
from app.render.words import counted


def name_a_repository() -> str:
    """A command that needs a repository's name, where none is known."""
    return (
        "This channel is bound to no repository. Name one that you may read, or bind the channel: "
        "`/flakeguard subscribe OWNER/NAME`."
    )


def which_of_these(names: list[str], *, is_bound: bool) -> str:
    """A command that needs one repository's name, where several are known."""
    whose = "This channel is bound to" if is_bound else "You may mean"
    return f"Which one? {whose} {', '.join(names)}: name one, or its beginning."


def no_repository(name: str) -> str:
    """A name that means nothing which the asker may read; whether it exists is not told."""
    return f"I know no repository “{plain(name, limit=80)}” that you may read here."


def which_repository(name: str, fits: list[str]) -> str:
    """A name that fits several repositories."""
    return f"“{plain(name, limit=80)}” could be {_either(fits)}."


def _either(names: list[str]) -> str:
    shown = [plain(name, limit=120) for name in names[:8]]
    return " or ".join(shown)


def name_a_case() -> str:
    """A command that needs a case's name."""
    return "Which test? Name it by its whole name or a part of it, in quotes where it has spaces."


def no_case(name: str) -> str:
    """A name that no case here has."""
    return f"No test here is called “{plain(name, limit=120)}”."


def which_case(name: str, fits: list[tuple[str, str]]) -> str:
    """A name that several cases have; they are told apart by their ids."""
    listed = "; ".join(f"{plain(full, limit=120)} ({case_id})" for full, case_id in fits)
    return f"“{plain(name, limit=120)}” could be: {listed}. Name one, by its id perhaps."


HELP: dict[str, dict[str, str]] = {
    "See": {
        "status [repo]": "how a repository stands",
        "top [repo] [n]": "its flakiest tests",
        "topflaky [1-25]": "the flakiest of every repository of this channel",
        "test <name>": "one test, and why we think so",
        "runs [repo]": "the newest runs",
        "clusters [repo]": "what fails alike",
        "proposals [repo]": "what waits for a decision",
        "mine": "the tests that you own",
        "digest [repo]": "what became of it in the last week",
    },
    "Decide": {
        "quarantine <test> [days] [reason]": "let its failures block nobody for a while",
        "release <test>": "let them block again",
        "dismiss <test>": "say that it is not flaky",
        "own <test> @user": "say whose it is",
        "rerun <test> [n]": "run it again on the default branch, where the policy lets us",
        "mute <test> <time>": "say nothing of it for a while: 3d, 2w",
    },
    "Set up": {
        "subscribe <repo> [kinds] [@team|path]": "let this channel hear of a repository",
        "unsubscribe <repo>": "and no more",
        "settings [me] zone|quiet|digest": "when this channel, or you, hear of things",
        "link": "say who you are on GitHub",
        "unlink": "take that back",
        "help": "this",
    },
}
"""The commands, as they are typed, and what each is for."""


def help_note() -> str:
    """How the parts of a command are written."""
    return (
        "A repository may be named by as few letters as tell it apart; a test by any part of its "
        "name. Kinds are flaky, quarantine, broken, outage, fixed and digest, with commas between."
    )


def nothing_flaky(names: list[str]) -> str:
    """A list of flaky cases with nothing in it."""
    where = ", ".join(plain(name, limit=80) for name in names[:5])
    return f"No flaky test is known in {where}."


def nothing_proposed() -> str:
    """No decision is waited for."""
    return "Nothing waits for a decision."


def nothing_owned(login: str) -> str:
    """Somebody owns no case that asks for attention."""
    return f"No flaky, broken, suspect or quarantined test here is owned by @{plain(login)}."


def no_runs(repo: str) -> str:
    """A repository of which no run is known."""
    return f"No run of {plain(repo, limit=120)} is known yet."


def no_clusters(repo: str) -> str:
    """A repository in which nothing failed alike."""
    return f"Nothing failed in {plain(repo, limit=120)} that is known."


def never_failed() -> str:
    """A case of which nothing is held."""
    return "It never failed, as far as we saw."


def standing(repo: str, counts: Counts) -> str:
    """A repository in one line."""
    return (
        f"{plain(repo, limit=120)}: {counts.flaky} flaky, {counts.broken} broken, "
        f"{counts.suspect} suspect, {counts.quarantined} quarantined"
    )


def flakiest(names: list[str]) -> str:
    """The title of a list of flaky cases."""
    return f"Flakiest tests of {', '.join(plain(name, limit=60) for name in names[:2])}" + (
        f" and {len(names) - 2} more" if len(names) > 2 else ""
    )


def newest_runs(repo: str) -> str:
    """The title of a list of runs."""
    return f"Newest runs of {plain(repo, limit=100)}"


def fails_alike(repo: str) -> str:
    """The title of a list of clusters."""
    return f"What fails alike in {plain(repo, limit=100)}"


def proposed(number: int) -> str:
    """The title of a list of proposals."""
    return f"{counted(number, 'test')} proposed for quarantine"


def yours(login: str, number: int) -> str:
    """The title of somebody's own cases."""
    return f"{counted(number, 'test')} of @{plain(login)}"


def owned(owner: str) -> str:
    """Whose a case is."""
    return f"Owner: {plain(owner, limit=80)}."


def so_many_days(most: int) -> str:
    """A number of days that no quarantine lasts."""
    return f"Name 1 to {most} days."


def whose_is_it() -> str:
    """`own` without an owner."""
    return "Name the test and then its owner: `own <test> @user`."


def owner_not_linked() -> str:
    """A Slack user of whom we know no login."""
    return "I do not know who that is on GitHub: they have to type /flakeguard link first."


def for_how_long() -> str:
    """`mute` without a time."""
    return "Say for how long: 12h, 3d or 2w, after the test's name."


def done_to(name: str, sentence: str) -> str:
    """What was done to a case, to whoever asked for it."""
    return f"{plain(name, limit=120)}: {sentence}"


def only_channels() -> str:
    """`subscribe` in a conversation with us."""
    return "Only channels can hear of a repository: type this in the channel."


def name_one_to_hear_of() -> str:
    """`subscribe` without a repository."""
    return "Which repository? `subscribe OWNER/NAME [flaky,quarantine,...] [@team or path]`."


def heard_of(kinds: Sequence[str], owner: str | None, path: str | None) -> str:
    """What a channel hears: ` hears of flaky, broken, of what @team owns, in src/*`."""
    told = ", ".join(kinds) if kinds else "everything"
    whose = f", of what {plain(owner, limit=80)} owns" if owner else ""
    where = f", in {plain(path, limit=200)}" if path else ""
    return f"{told}{whose}{where}"


def subscribed(
    repo: str, kinds: Sequence[str], owner: str | None, path: str | None, *, is_new: bool
) -> str:
    """A channel that is bound, or hears something else."""
    verb = "hears of" if is_new else "now hears of"
    return f"This channel {verb} {plain(repo, limit=120)}: {heard_of(kinds, owner, path)}."


def unsubscribed(repo: str) -> str:
    """A channel that is not bound any more."""
    return f"This channel hears of {plain(repo, limit=120)} no more."


def was_not_bound(repo: str) -> str:
    """A channel that never heard of it."""
    return f"This channel was not bound to {plain(repo, limit=120)}."


def hears(repo: str, kinds: Sequence[str], owner: str | None, path: str | None) -> str:
    """One line of what a channel hears."""
    return f"{plain(repo, limit=120)}: {heard_of(kinds, owner, path)}"


def hears_nothing() -> str:
    """A channel that is bound to nothing."""
    return "This channel is bound to no repository."


def no_such_owner(word: str) -> str:
    """What is no owner."""
    return f"“{plain(word, limit=80)}” is no @login and no @organisation/team."


def not_to_hear_of(word: str, kinds: Sequence[str]) -> str:
    """A word that says neither what, whose nor where."""
    return (
        f"“{plain(word, limit=80)}” is no kind ({', '.join(kinds)}), no @team and no path; "
        "a path has a slash, a dot or a star in it."
    )


def must_administer(login: str, repo: str) -> str:
    """Who may write but not bind channels."""
    return (
        f"Only who administers {plain(repo, limit=120)} on GitHub binds channels to it, and "
        f"@{plain(login)} does not; nothing was changed."
    )


def away() -> str:
    """Neither database nor queue took a command."""
    return "I cannot take this just now: my database and my queue are away. Try again in a minute."


def for_you_alone() -> str:
    """Above what a link shows where the channel as a whole may not see it."""
    return "This channel is not bound to the repository, so only you see what the link leads to."


def failed(sentence: str) -> str:
    """Something outside failed for good."""
    return f"That did not work: {sentence}"


def too_long() -> str:
    """In a message that Slack found too long."""
    return "Slack takes no message as long as this one would be: the rest is on the page."
