"""Uploading a picture by Slack's two-step files API."""

from collections.abc import Callable, Mapping
from typing import Any

import httpx

from app.core.errors import BadInput
from app.core.publishing import Picture
from bots.slack.failures import SERVER_ERROR, unavailable

OK = 200
PNG = {"Content-Type": "image/png"}

Call = Callable[..., Mapping[str, Any]]


def upload(
    call: Call,
    picture: Picture,
    *,
    is_slacks: Callable[[str], bool],
    timeout: float,
    by_proxy: bool,
) -> str:
    """Upload a picture, shared with nobody yet; its id, which a block may show soon after.

    `is_slacks` says whether an address that an answer names is Slack's; `by_proxy` whether the
    environment's proxy, if there is one, stands between.
    """
    asked = {
        "filename": picture.name,
        "length": len(picture.content),
        "alt_txt": picture.alt,
    }
    granted = call("files.getUploadURLExternal", params=asked)
    url, file_id = str(granted.get("upload_url") or ""), str(granted.get("file_id") or "")
    if not file_id or not is_slacks(url):
        raise BadInput("The address to upload to is not Slack's; the picture was not sent.")
    _send(url, picture.content, timeout=timeout, by_proxy=by_proxy)
    done = {"files": [{"id": file_id, "title": picture.title}]}
    call("files.completeUploadExternal", json=done)
    return file_id


def _send(url: str, content: bytes, *, timeout: float, by_proxy: bool) -> None:
    try:
        answer = httpx.post(url, content=content, headers=PNG, timeout=timeout, trust_env=by_proxy)
    except httpx.HTTPError as error:
        raise unavailable(f"A picture could not be uploaded: {type(error).__name__}.") from error
    if answer.status_code != OK:
        message = f"Slack answered an upload with {answer.status_code}."
        raise unavailable(message, permanent=answer.status_code < SERVER_ERROR)
