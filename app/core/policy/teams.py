"""What a policy says by team: each team once, and places that there can be."""

import re
from collections.abc import Iterator

from app.core.outlets import ADDRESS
from app.core.policy.policy import TeamNotifications
from app.core.policy.tree import Node
from app.core.policy.values import Reader

# A name or an id. Source: https://slack.com/help/articles/201402297-Create-a-channel
_CHANNEL = re.compile(r"#?[\w-]{1,80}")


def by_team(reader: Reader, node: Node, key: str) -> Iterator[tuple[str, Node, Node]]:
    """Each team with its key and value; one that stands there already, with `@` or not, is not."""
    lines: dict[str, int] = {}
    for team, name, value in reader.entries(node, key):
        plain = team.removeprefix("@").lower()
        if plain in lines:
            reader.fault(name, f"`{key}`: the team {team} was set in line {lines[plain]} already.")
            continue
        lines[plain] = name.line
        yield team, name, value


def notifications(reader: Reader, node: Node, key: str) -> TeamNotifications:
    """Where teams hear of their cases."""
    named: dict[str, str] = {}
    listed: dict[str, dict[str, tuple[str, ...]]] = {"email_groups": {}, "channels": {}}
    for name, _, value in reader.entries(node, key, known=("slack_channels", *listed)):
        for team, _, what in by_team(reader, value, f"{key}.{name}"):
            whole = f"{key}.{name}.{team}"
            if name == "email_groups":
                listed[name][team] = _addresses(reader, what, whole)
            elif name in listed:
                listed[name][team] = reader.texts(what, whole)
            elif (channel := _channel(reader, what, whole)) is not None:
                named[team] = channel
    return TeamNotifications(named, listed["email_groups"], listed["channels"])


def _addresses(reader: Reader, node: Node, key: str) -> tuple[str, ...]:
    found = []
    for item in reader.items(node, key):
        text = reader.text(item, key)
        if text is not None and not ADDRESS.fullmatch(text):
            reader.fault(item, f"`{key}` lists {item.shown}, which is no e-mail address.")
        elif text is not None:
            found.append(text)
    return tuple(found)


def _channel(reader: Reader, node: Node, key: str) -> str | None:
    text = reader.text(node, key)
    if text is None or _CHANNEL.fullmatch(text):
        return text
    reader.fault(
        node,
        f"`{key}`: {node.shown} can be no channel's name; in Slack it has letters, digits, "
        "hyphens and underscores only, at most 80.",
    )
    return None
