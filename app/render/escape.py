"""Names from reports, made harmless: one escape for each surface."""

import html as entities
import re
import unicodedata

NAME_LIMIT = 200  # characters of a name that a person still reads
PATH_LIMIT = 1_000  # characters of a path that we link to
READ_AHEAD = 4  # times a limit: what folding white space may still shorten
MARKS_ON_A_LETTER = 4  # Hebrew and Thai need up to four; hundreds would draw over the page
ELLIPSIS = "…"

# Characters that markdown and HTML take as theirs; mentions and references are kept apart.
_MARKDOWN = re.compile(r"[\\`*_{}\[\]<>|~&$]|:(?=//|[\w+-]+:)|(?<=www)\.|^[-+=]|(?<=^\d)[.)]")
_SLACK_STYLE = re.compile(r"[*~`]|(?<!\w)_|_(?!\w)")  # an underscore within a word styles nothing
_SPACES = re.compile(r"\s+")
_REFERENCE = re.compile(r"(?i)\b(gh)-(?=\d)")  # GitHub links GH-12 as it does #12


def plain(name: str, *, limit: int = NAME_LIMIT) -> str:
    """A name on one line, with control and direction-changing characters shown as such.

    Right-to-left overrides and zero-width characters could make one name look like another.
    """
    visible = _shown(name[: limit * READ_AHEAD])
    one_line = _SPACES.sub(" ", visible).strip()
    if len(one_line) <= limit:
        return one_line
    return one_line[: limit - 1] + ELLIPSIS


def lines(text: str, *, limit: int) -> str:
    """Several lines of text, each made harmless, cut at `limit` characters in all."""
    kept = "\n".join(_shown(line) for line in text[:limit].splitlines())
    return kept if len(text) <= limit else kept + ELLIPSIS


def markdown(name: str, *, limit: int = NAME_LIMIT) -> str:
    """A name for GitHub's markdown: no mention, reference, link, image or HTML comes of it."""
    return _unreferring(_MARKDOWN.sub(r"\\\g<0>", plain(name, limit=limit)))


def html(name: str, *, limit: int = NAME_LIMIT) -> str:
    """A name within HTML of ours in GitHub's markdown, where no backslash escapes anything."""
    return _unreferring(entities.escape(plain(name, limit=limit), quote=False))


def _unreferring(text: str) -> str:
    """The text with a zero-width space in whatever GitHub would take for a person or an issue."""
    apart = re.sub("([@#])", "\\1\u200b", text)
    return _REFERENCE.sub("\\1\u200b-", apart)


def code(text: str, *, limit: int = NAME_LIMIT) -> str:
    """A name as inline code for GitHub's markdown, whatever backticks it holds."""
    inner = plain(text, limit=limit)
    longest = max((len(run) for run in re.findall(r"`+", inner)), default=0)
    fence = "`" * (longest + 1)
    pad = " " if inner.startswith("`") or inner.endswith("`") else ""
    return f"{fence}{pad}{inner or ' '}{pad}{fence}"


def code_block(text: str, *, limit: int) -> str:
    """Several lines as a fenced block for GitHub's markdown."""
    inner = lines(text, limit=limit)
    longest = max((len(run) for run in re.findall(r"`+", inner)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence}\n{inner}\n{fence}"


def slack(name: str, *, limit: int = NAME_LIMIT) -> str:
    """A name for Slack's mrkdwn: `&`, `<` and `>` are all that Slack asks to escape.

    Its markup characters get a zero-width space before them, so that names are not styled; an
    escaped `>` at the front, where it would make a quotation of the line, gets one too.
    """
    escaped = plain(name, limit=limit)
    escaped = escaped.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    at_front = "\u200b" if escaped.startswith("&gt;") else ""
    return at_front + _SLACK_STYLE.sub("\u200b\\g<0>", escaped)


def is_web_link(url: str) -> bool:
    """Whether a link may be shown as one: http or https, and nothing that breaks out of it."""
    return re.fullmatch(r"https?://[^\s<>()\"'`|\\]+", url) is not None


def is_path_inside(path: str) -> bool:
    """Whether a path from a report stays within its repository, so that it may be linked to."""
    is_plain = plain(path, limit=PATH_LIMIT) == path
    return is_plain and "\\" not in path and not {"", ".", ".."} & set(path.split("/"))


def _shown(text: str) -> str:
    """The text with what hides, turns or piles up shown as what it is."""
    if text.isascii() and text.isprintable():
        return text
    shown, pile = [], 0
    for character in text:
        pile = pile + 1 if unicodedata.category(character) in {"Mn", "Me"} else 0
        shown.append(_code(character) if pile > MARKS_ON_A_LETTER else _visible(character))
    return "".join(shown)


def _code(character: str) -> str:
    return f"\\u{ord(character):04x}"


def _visible(character: str) -> str:
    if character in "\n\t ":
        return character
    if unicodedata.category(character) in {"Cc", "Cf", "Cs", "Co", "Zl", "Zp"}:
        return _code(character)
    return character
