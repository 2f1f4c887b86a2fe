"""What a pull request or a stretch of a branch changes, as GitHub's REST tells it."""

from collections.abc import Iterable, Sequence

from app.core.runs import Commit, Comparison
from bots.github.addresses import repo_path
from bots.github.connection import Connection, items_of, read_answer
from bots.github.payload_changes import CommitPart, ComparisonPart, FilePart

COMMITS_MOST = 500  # of one comparison; more are another history, and no suspects
# GitHub cuts its lists there without a word, so that a list as long may lack any file.
FILES_OF_PULL_MOST = 3_000
FILES_COMPARED_MOST = 300


def files_of_pull(connection: Connection, repo: str, number: int) -> tuple[str, ...] | None:
    """The files that a pull request changes, a renamed one under both names.

    None where they are more than GitHub lists, page after page.
    """
    path = repo_path(repo, f"/pulls/{number}/files")
    return _all_of(list(connection.all(FilePart, path)), most=FILES_OF_PULL_MOST)


def comparison(connection: Connection, repo: str, base: str, head: str) -> Comparison:
    """What `head` has that `base` has not: its commits, oldest first, and the files changed.

    The files stand on the first page only, and are None where they are more than GitHub lists;
    the commits come page after page.
    """
    path = repo_path(repo, f"/compare/{base}...{head}")
    first = read_answer(ComparisonPart, connection.json("GET", path), f"GET {path}")
    commits = list(first.commits)
    if len(commits) < min(first.total_commits, COMMITS_MOST):
        every = connection.all(CommitPart, path, inside="commits")
        commits = [one for one, _ in zip(every, range(COMMITS_MOST), strict=False)]
    files = _all_of(first.files, most=FILES_COMPARED_MOST)
    return Comparison(tuple(_commit(one) for one in commits), files)


def last_commit(connection: Connection, repo: str, file: str) -> Commit | None:
    """The commit of the default branch that changed a file last; None where there is none."""
    path = repo_path(repo, "/commits")
    what = f"GET {path}"
    answer = connection.json("GET", path, params={"path": file, "per_page": 1})
    newest = next(iter(items_of(answer, None, what)), None)
    return None if newest is None else _commit(read_answer(CommitPart, newest, what))


def _commit(part: CommitPart) -> Commit:
    said = part.commit.author
    login = part.author.login if part.author else ""
    return Commit(
        sha=part.sha,
        parents=tuple(one.sha for one in part.parents),
        author=login or (said.name if said else ""),
        at=said.date if said else None,
        title=part.commit.message.partition("\n")[0],
    )


def _all_of(parts: Sequence[FilePart], *, most: int) -> tuple[str, ...] | None:
    """The files' names; None where the list may be cut, for then it tells of no file's absence."""
    return _names(parts) if len(parts) < most else None


def _names(parts: Iterable[FilePart]) -> tuple[str, ...]:
    names: dict[str, None] = {}
    for part in parts:
        names[part.filename] = None
        if part.previous_filename:
            names[part.previous_filename] = None
    return tuple(names)
