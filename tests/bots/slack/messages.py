"""Messages as we hand them to Slack's client."""

from app.ports import ChatMessage


def section(text: str) -> dict[str, object]:
    return {"type": "section", "text": {"type": "mrkdwn", "text": text}}


def message(text: str = "1 flaky case", handle: str = "h-1") -> ChatMessage:
    return ChatMessage(text=text, blocks=(section(text),), handle=handle)
