"""The sentences of channels outside Slack."""


def trial() -> str:
    """Whoever added a channel tries it."""
    return "A test: FlakeGuard can speak here."
