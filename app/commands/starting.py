"""What every command that needs settings begins with."""

from typing import Any


def settings() -> Any:  # noqa: ANN401 -- Settings, whose module is imported only when needed
    """The settings of the environment; logs go where and how they say."""
    import structlog

    from app.logs import configure
    from app.settings import environment, load, misspelt

    found = load()
    configure(found.log_level, found.log_format)
    for sentence in misspelt(environment()):
        structlog.get_logger().warning("setting_unknown", said=sentence)
    return found
