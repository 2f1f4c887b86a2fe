"""GitHub's markdown as harmless HTML."""

import re
from collections.abc import Sequence

from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.token import Token
from markdown_it.utils import EnvType, OptionsDict
from markupsafe import Markup, escape

# GitHub keeps these tags of a writer's HTML; attributes are dropped here, but for `open`.
KEPT_TAGS = (
    "b|blockquote|br|code|del|details|em|h[1-6]|hr|i|kbd|li|ol|p|pre|s|strong|sub|summary|sup|table"
    "|tbody|td|th|thead|tr|ul"
)
HTML = re.compile(
    rf"(?P<comment><!--.*?(?:-->|\Z))|<(?P<slash>/?)(?P<tag>{KEPT_TAGS})(?P<rest>(?:\s[^<>]*)?)/?>",
    re.IGNORECASE | re.DOTALL,
)
OPEN = re.compile(r"\sopen\b", re.IGNORECASE)


class Renderer(RendererHTML):
    """Lets only the kept tags of raw HTML through; comments vanish, the rest is text."""

    def html_block(
        self, tokens: Sequence[Token], index: int, options: OptionsDict, env: EnvType
    ) -> str:
        """Raw HTML between paragraphs."""
        return sifted(tokens[index].content)

    def html_inline(
        self, tokens: Sequence[Token], index: int, options: OptionsDict, env: EnvType
    ) -> str:
        """Raw HTML inside a paragraph."""
        return sifted(tokens[index].content)


def sifted(html: str) -> str:
    """Raw HTML with everything escaped that is not a kept tag."""
    parts: list[str] = []
    at = 0
    for found in HTML.finditer(html):
        parts.append(str(escape(html[at : found.start()])))
        parts.append(_kept(found))
        at = found.end()
    parts.append(str(escape(html[at:])))
    return "".join(parts)


def _kept(found: re.Match[str]) -> str:
    if found["comment"]:
        return ""
    tag = found["tag"].lower()
    is_open = tag == "details" and not found["slash"] and OPEN.search(found["rest"])
    return f"<{found['slash']}{tag}{' open' if is_open else ''}>"


DIALECT = MarkdownIt("commonmark", renderer_cls=Renderer).enable(["table", "strikethrough"])


def rendered(text: str | None) -> Markup:
    """A body as GitHub would show it. Links are http(s) and mailto only: markdown-it sees to it."""
    return Markup(DIALECT.render(text or ""))  # noqa: S704 -- every part is escaped or kept
