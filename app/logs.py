"""Structured logs: one line per fact, JSON or for a terminal, and never a secret.

Callers bind `delivery`, `run`, `task` and `request_id` once, with structlog.contextvars; whatever
uvicorn, RQ, Alembic and other libraries log goes the same way.
"""

import logging
import re
import sys
from collections.abc import Mapping
from typing import TextIO

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

from app.core.reports.masking import MASK, mask

SECRET_NAME = re.compile(
    r"(?i)token|secret|passw|passphrase|authorization|private_?key|api_?key|cookie|credential"
)
QUERY = re.compile(r"(?i)([?&](?:token|code|state|secret|sig|key)=)[^&\s\"']+")
DEPTH = 4  # of nested values; what lies deeper is written as text and masked as one
MULTI_LINE = frozenset({"exception", "stack"})
OWN_HANDLERS = ("uvicorn", "uvicorn.access", "uvicorn.error", "rq", "rq.worker", "alembic")
CHATTY = (  # a line for every request, with its URL, or for every look at the schema
    "alembic.runtime.migration",
    "asyncio",
    "githubkit",
    "hishel",
    "httpcore",
    "httpx",
    "slack_bolt",
    "slack_sdk",
)


def configure(level: str, format: str | None = None, *, stream: TextIO | None = None) -> None:
    """Send every log line to `stream` (stderr), as `json` or `console`.

    Without a format: console on a terminal, JSON elsewhere.
    """
    stream = stream or sys.stderr
    is_console = format == "console" or (format is None and stream.isatty())
    handler = logging.StreamHandler(stream)
    handler.setFormatter(_formatter(is_console=is_console, has_colours=stream.isatty()))
    _route_libraries(handler, logging.getLevelNamesMapping()[level.upper()])
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *_shared(),
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )


def _shared() -> list[Processor]:
    """What happens to every line, ours or a library's, before it is written."""
    return [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]


def _formatter(*, is_console: bool, has_colours: bool) -> logging.Formatter:
    renderer: Processor = structlog.processors.JSONRenderer()
    if is_console:
        renderer = structlog.dev.ConsoleRenderer(colors=has_colours)
    return structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=[*_shared(), structlog.stdlib.ExtraAdder()],
        processors=[
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            structlog.processors.StackInfoRenderer(),
            structlog.processors.format_exc_info,  # as text, so that it is redacted too
            redact,
            *([_harmless] if is_console else []),
            renderer,
        ],
    )


def _route_libraries(handler: logging.Handler, level: int) -> None:
    """Make the root logger's handler the only one."""
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(level)
    for name in OWN_HANDLERS:
        logger = logging.getLogger(name)
        logger.handlers = []
        logger.propagate = True
        logger.setLevel(logging.NOTSET)
    for name in CHATTY:
        logging.getLogger(name).setLevel(max(level, logging.WARNING))
    logging.captureWarnings(capture=True)


def redact(logger: WrappedLogger, name: str, event: EventDict) -> EventDict:
    """The last line of defence: values named like secrets or looking like them become `***`."""
    event.pop("color_message", None)  # uvicorn's own copy of the event
    return {key: _redacted(key, value, DEPTH) for key, value in event.items()}


def _redacted(key: str, value: object, depth: int) -> object:
    if value is None or isinstance(value, bool | int | float):
        return value
    if SECRET_NAME.search(key):
        return MASK
    if isinstance(value, Mapping) and depth:
        return {str(k): _redacted(str(k), v, depth - 1) for k, v in value.items()}
    if isinstance(value, list | tuple | set | frozenset) and depth:
        return [_redacted("", part, depth - 1) for part in value]
    text = value if isinstance(value, str) else str(value)
    return QUERY.sub(rf"\1{MASK}", mask(text))


def _harmless(logger: WrappedLogger, name: str, event: EventDict) -> EventDict:
    """Control and bidi characters written out: a value must not move a terminal's cursor."""
    return {key: _printable(key, value) for key, value in event.items()}


def _printable(key: str, value: object) -> object:
    if not isinstance(value, str) or value.isprintable():
        return value
    kept = "\n\t" if key in MULTI_LINE else ""
    return "".join(
        c if c.isprintable() or c in kept else c.encode("unicode_escape").decode() for c in value
    )
