"""The style sheet and the mark, read once and served under names that change with them."""

from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from pathlib import Path

from starlette.requests import Request
from starlette.responses import Response

from app.core.errors import Missing

FOLDER = Path(__file__).parent / "static"
MEDIA_TYPES = {
    "style.css": "text/css; charset=utf-8",
    "mark.svg": "image/svg+xml",
    "set_up.js": "text/javascript; charset=utf-8",
}
FOREVER = "public, max-age=31536000, immutable"  # a year; the address names the content
VERSION_DIGITS = 12  # of the digest, enough to tell versions apart


@dataclass(frozen=True, slots=True)
class Asset:
    """One file as it is served."""

    body: bytes
    media_type: str
    version: str


@cache
def assets() -> dict[str, Asset]:
    """Every file by its name."""
    found = {}
    for name, media_type in MEDIA_TYPES.items():
        body = (FOLDER / name).read_bytes()
        found[name] = Asset(body, media_type, sha256(body).hexdigest()[:VERSION_DIGITS])
    return found


def asset_url(name: str) -> str:
    """The address of a file as it is now."""
    return f"/static/{name}?v={assets()[name].version}"


def static_file(request: Request) -> Response:
    """One of our files; nothing else is ever looked for on the disk."""
    asset = assets().get(request.path_params["name"])
    if asset is None:
        raise Missing("Nothing is here, or nothing for you.")
    headers = {}
    if request.query_params.get("v") == asset.version:
        headers["Cache-Control"] = FOREVER
    return Response(asset.body, media_type=asset.media_type, headers=headers)
