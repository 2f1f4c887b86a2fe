"""Files of a repository, as GitHub's contents API gives them; large ones by their blob."""

from base64 import b64decode
from urllib.parse import quote

from app.core.errors import BadInput, Missing
from app.core.runs import RepositoryFile
from bots.github.addresses import repo_path
from bots.github.answers import BlobPart, ContentsPart
from bots.github.connection import Connection, read_answer
from bots.github.failures import unavailable

INLINE = "base64"  # above 1 MB GitHub writes "none" and leaves the contents out


def file_at(
    connection: Connection, repo: str, path: str, ref: str, *, limit: int
) -> RepositoryFile | None:
    """A file at a branch or commit, "" for the default branch; None where no file is there.

    Raises BadInput above `limit` bytes.
    """
    where = repo_path(repo, f"/contents/{quote(path)}")
    try:
        said = connection.json("GET", where, params={"ref": ref} if ref else None, often=True)
    except Missing:
        return None
    if not isinstance(said, dict) or said.get("type") != "file":
        return None  # a folder, a link or a submodule
    found = read_answer(ContentsPart, said, f"GET {where}")
    if found.size > limit:
        raise BadInput(f"{path} has {found.size} bytes; at most {limit} are read.")
    if found.encoding == INLINE:
        return RepositoryFile(found.sha, _decoded(found.content, where))
    blob = repo_path(repo, f"/git/blobs/{found.sha}")
    return RepositoryFile(found.sha, _decoded(connection.one(BlobPart, blob).content, blob))


def _decoded(content: str, what: str) -> bytes:
    try:
        return b64decode(content)
    except ValueError:
        raise unavailable(f"GitHub answered GET {what} with no base64.", permanent=True) from None
