"""Markdown as a reader sees it: what became of it, and the words that are left."""

from dataclasses import dataclass
from functools import lru_cache
from html.parser import HTMLParser

from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markdown_it.token import Token

READER = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])

HOSTILE = [
    "<script>alert(1)</script>",
    "</details><img src=x onerror=alert(1)>",
    "<!-- hidden",
    "--> shown <!--",
    "@everyone look at #1 and shop/cart#12, GH-34",
    "[click](javascript:alert(1))",
    "![pixel](https://evil.example/p.png)",
    "[a]: https://evil.example",
    "https://evil.example www.evil.example",
    "<https://evil.example>",
    "ada@evil.example",
    "**bold** _em_ ~~gone~~ `code`",
    "`",
    "``` `` `",
    "# heading",
    "- item",
    "+ item",
    "1. item",
    "---",
    "===",
    "> quote",
    "| a | b |",
    "a\n\nb\n# c\n```\nd",
    "back\\slash\\",
    "&lt;b&gt; &#64;ada",
    "abc\u202egnp.exe",
    "a\u200bb\u200d\ufeff",
    "\x1b[31mred\x07\x00",
    "$x^2$ :tada:",
    "\U000e0041tagged",
    "\ud800",
    "   ",
    "x" * 10_240,
    "<b>" * 4_096,
]

_CHARACTERS = "`*_[]()<>!@#-+.|~\\&:/'\"=$^{} \n\tahwG1\u200b\u202e\xe9"
names = st.one_of(
    st.sampled_from(HOSTILE),
    st.text(st.sampled_from(_CHARACTERS), max_size=40),
    st.text(max_size=40),
    st.lists(
        st.sampled_from(["http", "://", "www.", "@", "ada", "#1", "GH-1", "<a>", "](", "`", " "]),
        max_size=8,
    ).map("".join),
)
"""Names that nobody should trust."""


@dataclass(frozen=True, slots=True)
class Read:
    """A text in markdown, read."""

    kinds: frozenset[str]  # of everything but words and line breaks
    links: tuple[str, ...]
    words: str


@lru_cache(maxsize=4)
def tokens_of(markdown: str) -> tuple[Token, ...]:
    """The blocks of a text, as a reader of CommonMark takes them."""
    return tuple(READER.parse(markdown))


def read(markdown: str) -> Read:
    """What a text comes to; its words without what we put in to keep GitHub from linking."""
    tokens = [inner for token in tokens_of(markdown) for inner in _flat(token)]
    wordless = {"text", "softbreak", "hardbreak", "inline", "text_special"}
    kinds = {token.type.removesuffix("_open").removesuffix("_close") for token in tokens}
    words = "".join(_words(token) for token in tokens)
    return Read(
        kinds=frozenset(kinds - wordless),
        links=tuple(str(token.attrs["href"]) for token in tokens if token.type == "link_open"),
        words=words.replace("\u200b", ""),
    )


def _flat(token: Token) -> list[Token]:
    return [token, *(inner for child in token.children or [] for inner in _flat(child))]


def _words(token: Token) -> str:
    if token.type in {"softbreak", "hardbreak"}:
        return "\n"
    return token.content if token.type in {"text", "text_special", "code_inline"} else ""


class Tags(HTMLParser):
    """The tags, comments and words of a piece of HTML."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[str] = []
        self.words = ""
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note an opening tag."""
        self.tags.append(tag)

    def handle_endtag(self, tag: str) -> None:
        """Note a closing tag."""
        self.tags.append(f"/{tag}")

    def handle_comment(self, data: str) -> None:
        """Note a comment."""
        self.tags.append("!--")

    def handle_data(self, data: str) -> None:
        """Gather the words."""
        self.words += data
