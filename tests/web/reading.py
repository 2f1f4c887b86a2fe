"""What a browser finds in a page: the text that a person reads, and the token of its forms."""

import re
from html import unescape

from starlette.testclient import TestClient


def said(client: TestClient, path: str) -> str:
    """The text of a page as a person reads it, on one line."""
    answer = client.get(path)
    assert answer.status_code == 200
    body = answer.text.partition("<body>")[2]
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", body)))


def csrf_in(page: str) -> str:
    """The token that a form of the page carries."""
    found = re.search(r'name="csrf" value="([0-9a-f]{64})"', page)
    assert found is not None
    return found[1]
