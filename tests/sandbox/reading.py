"""What a page of the sandbox holds, as tags; and a name that tries to be more than text."""

from html.parser import HTMLParser

HOSTILE = "<script>alert(1)</script>\u202e\"'><img src=x onerror=alert(1)>"


class Tags(HTMLParser):
    """The tags of a page with their attributes."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.seen: list[tuple[str, dict[str, str | None]]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append((tag, dict(attrs)))

    def named(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.seen if name == tag]
