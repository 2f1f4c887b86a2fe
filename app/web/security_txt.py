"""Where to report a hole: security.txt (RFC 9116), and the page that it points to."""

from datetime import datetime, timedelta

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from app.web.answers import page
from app.web.site import Web

GOOD_FOR = timedelta(days=180)  # RFC 9116 asks for less than a year


def security_txt(web: Web, request: Request) -> Response:
    """`/.well-known/security.txt`."""
    base = web.public_url or str(request.base_url)
    return PlainTextResponse(text_of(web, base.rstrip("/"), now=web.clock()))


def text_of(web: Web, base: str, *, now: datetime) -> str:
    """The file's lines; Canonical only where we know how we are reached."""
    expires = (now + GOOD_FOR).replace(hour=0, minute=0, second=0, microsecond=0)
    lines = [
        f"Contact: {web.contact or base + '/security'}",
        f"Expires: {expires:%Y-%m-%dT%H:%M:%SZ}",
        "Preferred-Languages: en",
        f"Policy: {base}/security",
    ]
    if web.public_url:
        lines.append(f"Canonical: {base}/.well-known/security.txt")
    return "\n".join(lines) + "\n"


def policy(web: Web, _request: Request) -> Response:
    """`/security`: how to report, open to everybody."""
    return page("security.html", visitor=None, contact=web.contact)
