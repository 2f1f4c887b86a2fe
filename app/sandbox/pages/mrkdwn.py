"""Slack's mrkdwn and plain text as harmless HTML."""

import re
from collections.abc import Callable

from markupsafe import Markup, escape

EMOJI = {
    "arrows_counterclockwise": "🔄",
    "bell": "🔔",
    "hourglass_flowing_sand": "⏳",
    "large_green_circle": "🟢",
    "large_orange_circle": "🟠",
    "large_red_circle": "🔴",
    "large_yellow_circle": "🟡",
    "lock": "🔒",
    "mag": "🔍",
    "no_entry": "⛔",
    "red_circle": "🔴",
    "rotating_light": "🚨",
    "snowflake": "❄️",
    "warning": "⚠️",
    "white_check_mark": "✅",
    "white_circle": "⚪",
    "x": "❌",
    "zzz": "💤",
}
DRAWN = frozenset(one for one in EMOJI if one.endswith("circle")) | {"hourglass_flowing_sand"}
"""Those that the style sheet draws: they carry meaning, and few machines have a font of them."""

PARTS = re.compile(
    r"```(?P<block>.+?)```"
    r"|`(?P<code>[^`\n]+)`"
    r"|<(?P<link>[^<>\n]+)>"
    r"|(?m:^)(?:>|&gt;) ?(?P<quote>[^\n]+)\n?"
    r"|(?P<url>https?://(?:(?!&[lg]t;)[^\s<>|])+)"
    r"|(?<![\w*])\*(?P<bold>[^*\n]+)\*(?![\w*])"
    r"|(?<![\w_])_(?P<italic>[^_\n]+)_(?![\w_])"
    r"|(?<![\w~])~(?P<struck>[^~\n]+)~(?![\w~])"
    r"|:(?P<emoji>[a-z0-9_+-]+):",
    re.DOTALL,
)
STYLES = {"bold": "b", "italic": "i", "struck": "s"}
Names = Callable[[str], str]  # a member's or channel's name by its id


def plain(text: str) -> Markup:
    """Plain text, with its emoji."""
    return Markup("").join(
        emoji(part.strip(":")) if number % 2 else part
        for number, part in enumerate(re.split(r"(:[a-z0-9_+-]+:)", unescaped(text)))
    )


def emoji(name: str) -> Markup:
    """An emoji by its name."""
    if name in DRAWN:
        return Markup('<span class="drawn {}">{}</span>').format(name, EMOJI[name])
    return escape(EMOJI.get(name, f":{name}:"))


def rendered(text: str, names: Names) -> Markup:
    """Marked-up text; `names` says who `<@U1>` and `<#C1>` are."""
    parts: list[Markup | str] = []
    at = 0
    for found in PARTS.finditer(text):
        parts.append(unescaped(text[at : found.start()]))
        parts.append(_part(found, names))
        at = found.end()
    parts.append(unescaped(text[at:]))
    return Markup("").join(parts)


def unescaped(text: str) -> str:
    """Slack's three escapes undone; Markup escapes for HTML again."""
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def _part(found: re.Match[str], names: Names) -> Markup:
    kind = found.lastgroup or ""
    inner = found[kind]
    if kind == "block":
        return Markup("<pre>{}</pre>").format(unescaped(inner).strip("\n"))
    if kind == "code":
        return Markup("<code>{}</code>").format(unescaped(inner))
    if kind == "emoji":
        return emoji(inner)
    if kind == "quote":
        return Markup('<span class="quote">{}</span>').format(rendered(inner, names))
    if kind in {"link", "url"}:
        return _link(inner, names)
    tag = STYLES[kind]
    return Markup("<{0}>{1}</{0}>").format(Markup(tag), rendered(inner, names))  # noqa: S704 -- the tag is ours, and what is rendered is escaped


def _link(inner: str, names: Names) -> Markup:
    target, bar, label = inner.partition("|")
    if target[:1] in {"@", "#"}:
        shown = target[0] + (label or names(target[1:]))
        return Markup('<span class="mention">{}</span>').format(shown)
    if target.startswith("!"):
        word = label or "@" + target[1:].partition("^")[0]
        return Markup('<span class="mention">{}</span>').format(unescaped(word))
    if not target.startswith(("http://", "https://", "mailto:")):
        return escape(unescaped(f"<{inner}>"))
    shown = unescaped(label if bar else target)
    return Markup('<a href="{}" rel="noreferrer nofollow">{}</a>').format(unescaped(target), shown)
