"""GitHub's payloads of commits and of the files that they change."""

from typing import Annotated

from pydantic import AwareDatetime, BeforeValidator, Field

from bots.github.payloads import AccountPart, Payload, Sha, Text, or_none_at_all


class FilePart(Payload):
    """A changed file; a renamed one has its previous name too."""

    filename: Text
    previous_filename: Text | None = None


class SignaturePart(Payload):
    """Who wrote a commit, by git's own word."""

    name: Text = ""
    date: AwareDatetime


class GitCommitPart(Payload):
    """A commit as git holds it."""

    message: Text = ""
    author: SignaturePart | None = None


class ParentPart(Payload):
    """One parent."""

    sha: Sha


class CommitPart(Payload):
    """A commit; its author is None where GitHub knows no account of theirs."""

    sha: Sha
    commit: GitCommitPart
    author: AccountPart | None = None
    parents: Annotated[tuple[ParentPart, ...], BeforeValidator(or_none_at_all)] = ()


class ComparisonPart(Payload):
    """What one commit has that another has not."""

    total_commits: Annotated[int, Field(ge=0)]
    commits: Annotated[tuple[CommitPart, ...], BeforeValidator(or_none_at_all)] = ()
    files: Annotated[tuple[FilePart, ...], BeforeValidator(or_none_at_all)] = ()
