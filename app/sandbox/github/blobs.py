"""Where artifacts are stored: signed addresses that open for one minute."""

import hashlib
import hmac
from collections.abc import Mapping
from datetime import timedelta
from http import HTTPStatus
from urllib.parse import urlencode

from app.sandbox.addresses import BLOBS
from app.sandbox.github.entities import Artifact
from app.sandbox.github.state import GitHubState

OPEN_FOR = timedelta(minutes=1)


def signature(state: GitHubState, artifact_id: int, expires: str) -> str:
    """What only GitHub can sign."""
    message = f"{artifact_id} {expires}".encode()
    return hmac.new(state.blob_key.encode(), message, hashlib.sha256).hexdigest()


def signed_blob_path(state: GitHubState, one: Artifact) -> str:
    """The path of an artifact's zip, with its signature."""
    expires = str(int((state.clock() + OPEN_FOR).timestamp()))
    proof = {"se": expires, "sig": signature(state, one.id, expires)}
    return f"{BLOBS}/{one.id}.zip?{urlencode(proof)}"


def blob(
    state: GitHubState,
    artifact_id: int,
    query: Mapping[str, str],
    asked_range: str | None,
    only_if: str | None = None,
) -> tuple[int, bytes, dict[str, str]]:
    """Status, body and headers; one byte range is understood, as Azure's store does.

    With `only_if`, an ETag, a range is given of that very content, else all there is.
    """
    expires = query.get("se", "")
    good = hmac.compare_digest(
        signature(state, artifact_id, expires).encode(), query.get("sig", "").encode()
    )
    if not good or int(expires) < state.clock().timestamp():
        said = b'<?xml version="1.0"?><Error><Code>AuthenticationFailed</Code></Error>'
        return HTTPStatus.FORBIDDEN, said, {"Content-Type": "application/xml"}
    one = state.artifacts.get(artifact_id)
    if one is None:
        said = b'<?xml version="1.0"?><Error><Code>BlobNotFound</Code></Error>'
        return HTTPStatus.NOT_FOUND, said, {"Content-Type": "application/xml"}
    etag = f'"{hashlib.sha256(one.contents).hexdigest()}"'
    headers = {
        "ETag": etag,
        "Content-Type": "application/zip",
        "Accept-Ranges": "bytes",
        "Content-Disposition": f'attachment; filename="{one.id}.zip"',
    }
    is_same = only_if in {None, etag}
    return _ranged(one.contents, asked_range if is_same else None, headers)


def _ranged(
    contents: bytes, asked_range: str | None, headers: dict[str, str]
) -> tuple[int, bytes, dict[str, str]]:
    size = len(contents)
    begin_text, dash, end_text = (asked_range or "").removeprefix("bytes=").partition("-")
    if not dash or not (begin_text + end_text).isdigit():
        return HTTPStatus.OK, contents, headers
    if begin_text:
        begin = int(begin_text)
        end = min(int(end_text) if end_text else size - 1, size - 1)
    else:  # the last so many bytes
        begin, end = max(0, size - int(end_text)), size - 1
    if begin > end:
        headers["Content-Range"] = f"bytes */{size}"
        return HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE, b"", headers
    headers["Content-Range"] = f"bytes {begin}-{end}/{size}"
    return HTTPStatus.PARTIAL_CONTENT, contents[begin : end + 1], headers
