"""The sentences about issues: what they say, and what is said below them."""

from app.core.decide import State
from app.render.escape import plain
from app.render.words import STATE_WORDS, counted

NAME_SHOWN = 180  # characters of a name in a title; GitHub takes 255 of all of it


def title_of_case(name: str) -> str:
    """The title of an issue about one case."""
    return f"Flaky: {plain(name, limit=NAME_SHOWN)}"


def title_of_file(file: str) -> str:
    """The title of an issue about several cases of a file."""
    return f"Flaky tests in {plain(file, limit=NAME_SHOWN)}"


def title_of_cluster(said: str) -> str:
    """The title of an issue about several cases that fail alike."""
    return f"Flaky tests that fail alike: {plain(said, limit=NAME_SHOWN)}"


def about_case(state: State) -> str:
    """What an issue about one case is for."""
    if state is State.BROKEN:
        return "This test was flaky, and is broken now: it fails on the default branch."
    return (
        f"This test is {STATE_WORDS[state]}: it fails now and then for no fault of the change it "
        "fails on."
    )


def about_several(number: int) -> str:
    """What an issue about several cases is for."""
    return f"{counted(number, 'flaky test')}; one cause may be behind them all."


def history_said(failures: int, runs: int, days: int) -> str:
    """The sentence below the picture of some weeks."""
    if not runs:
        return f"Not run in the last {days} days."
    return (
        f"{counted(failures, 'failure')} in {counted(runs, 'execution')} over {days} days, a "
        "column a day, today on the right: the taller, the larger the share that failed; a dot "
        "where nothing ran."
    )


def how_it_ends() -> str:
    """What closes the issue."""
    return (
        "A commit that names this issue, or closing it, claims a fix: then fewer clean runs prove "
        "it. It closes by itself when the proof is there, and opens again when it flakes after "
        "that."
    )


def kept_up_to_date() -> str:
    """Whose text it is."""
    return "FlakeGuard keeps this text up to date; write in comments, which it never touches."


def settled() -> str:
    """Why an issue is closed of our own accord."""
    return "Closed: nothing in it is flaky any more."


def taken_back() -> str:
    """Why an issue is closed that somebody had opened."""
    return "Closed: who had it opened took that back."


def relapsed() -> str:
    """Why an issue is opened again."""
    return "It flaked again, so this is open again."


def opened_by(actor: str) -> str:
    """The act, on every surface alike."""
    return f"{actor} had an issue opened about it."


def reopened_by(actor: str) -> str:
    """The act, on every surface alike."""
    return f"{actor} had its issue opened again."


def joined_by(actor: str, number: int) -> str:
    """The act, on every surface alike."""
    return f"{actor} put it into the issue of its neighbours, number {number}."


def is_there(number: int) -> str:
    """A case that has an open issue needs no other."""
    return f"Its issue is open already: number {number}."


def nothing_to_say() -> str:
    """A case about which there is nothing to open an issue."""
    return "This case never failed, so there is nothing to open an issue about."


def not_on_github() -> str:
    """A repository whose reports are handed in, from a host that we do not speak to."""
    return "This repository is not on a GitHub that FlakeGuard is installed on, so nothing is done."


def refused(because: str) -> str:
    """Why an issue is not there."""
    return f"No issue could be opened: {because}"


def gone() -> str:
    """An issue that somebody deleted."""
    return "Its issue was deleted; ask for another one if it is to have one."
