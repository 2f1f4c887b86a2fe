"""What is said where an account lets us do too little."""

from collections.abc import Sequence

from app.core.grants import FOR_PULL_REQUESTS, NEEDED
from app.render.escape import plain


def named(names: Sequence[str]) -> str:
    """Permissions as GitHub's pages name them."""
    return ", ".join(f"{name.replace('_', ' ').capitalize()} ({NEEDED[name]})" for name in names)


def on_pull_request(lacking: Sequence[str]) -> tuple[str, ...]:
    """The sentence for the check run and the comment; none where nothing there needs them."""
    names = [name for name in lacking if name in FOR_PULL_REQUESTS]
    if not names:
        return ()
    return (
        f"FlakeGuard may not do all that it should here; it lacks: {named(names)}. An owner of the "
        "account grants it under Settings, GitHub Apps, FlakeGuard, Review request.",
    )


def of_account(account: str, lacking: Sequence[str]) -> str:
    """The sentence for the page of setting up."""
    return (
        f"{plain(account)} does not grant: {named(lacking)}. GitHub has asked its owners; they "
        "accept under Settings, GitHub Apps, FlakeGuard, Review request."
    )


def suspended(accounts: Sequence[str]) -> str:
    """The sentence for accounts that suspended the App."""
    names = ", ".join(plain(one) for one in accounts)
    return f"Suspended by {names}: nothing is read or said there until that ends."
