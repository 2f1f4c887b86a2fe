"""Logs: their shape, what is bound to them, and what never gets into them."""

import io
import json
import logging
import warnings
from collections.abc import Iterator

import pytest
import structlog

from app.logs import configure

GITHUB_TOKEN = "ghs_" + "a1B2" * 9
SLACK_TOKEN = "xoxb-1234567890-abcdefghij"
PEM = "-----BEGIN RSA PRIVATE KEY-----\nMIIEabc\n-----END RSA PRIVATE KEY-----"


@pytest.fixture(autouse=True)
def _restored() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers, root.level = handlers, level
    logging.captureWarnings(capture=False)
    structlog.contextvars.clear_contextvars()
    structlog.reset_defaults()


@pytest.fixture
def log() -> io.StringIO:
    stream = io.StringIO()
    configure("info", "json", stream=stream)
    return stream


def lines(log: io.StringIO) -> list[dict[str, object]]:
    return [json.loads(line) for line in log.getvalue().splitlines()]


def test_a_line_carries_its_level_its_time_and_what_was_bound_once(log: io.StringIO) -> None:
    structlog.contextvars.bind_contextvars(delivery="d-1", run="acme/shop 7", task=12)

    structlog.get_logger("app.ingest").info("report stored", executions=60)

    (line,) = lines(log)
    assert str(line.pop("timestamp")).endswith("Z")
    assert line == {
        "event": "report stored",
        "level": "info",
        "logger": "app.ingest",
        "delivery": "d-1",
        "run": "acme/shop 7",
        "task": 12,
        "executions": 60,
    }


LIBRARIES = ["uvicorn.error", "uvicorn.access", "rq.worker", "alembic"]


@pytest.mark.parametrize("name", LIBRARIES)
def test_what_a_library_logs_goes_the_same_way(name: str) -> None:
    logging.getLogger(name).handlers = [logging.StreamHandler()]
    logging.getLogger(name).setLevel(logging.CRITICAL)
    stream = io.StringIO()
    configure("info", "json", stream=stream)
    structlog.contextvars.bind_contextvars(request_id="r-1")

    logging.getLogger(name).info("served %s", "a page", extra={"status": 200})
    logging.getLogger(name).handlers = []

    (line,) = lines(stream)
    assert (line["event"], line["logger"], line["level"]) == ("served a page", name, "info")
    assert (line["request_id"], line["status"]) == ("r-1", 200)


def test_what_is_below_the_level_is_not_logged(log: io.StringIO) -> None:
    structlog.get_logger().debug("a detail")
    logging.getLogger("anything").debug("a detail")
    logging.getLogger("httpx").info("HTTP Request: GET https://api.github.com")

    assert lines(log) == []


def test_a_warning_of_python_becomes_a_line(log: io.StringIO) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        logging.captureWarnings(capture=True)  # anew: pytest has its own in place
        warnings.warn("old", DeprecationWarning, stacklevel=1)
        logging.captureWarnings(capture=False)

    assert [line["logger"] for line in lines(log)] == ["py.warnings"]


@pytest.mark.parametrize(
    "name",
    ["token", "access_token", "SLACK_SIGNING_SECRET", "password", "Authorization", "private_key"],
)
def test_a_value_with_a_secrets_name_is_masked(log: io.StringIO, name: str) -> None:
    structlog.get_logger().info("said", **{name: "hush", "inside": {name: "hush"}})

    (line,) = lines(log)
    assert line[name] == "***"
    assert line["inside"] == {name: "***"}
    assert "hush" not in log.getvalue()


@pytest.mark.parametrize(
    "text",
    [
        f"answered {GITHUB_TOKEN}",
        f"posted with {SLACK_TOKEN} to #flaky",
        f"read {PEM}",
        "sent Authorization: Bearer abcdef0123456789",
        "GET /sign-in?token=0123abcd HTTP/1.1",
        "connected to postgresql://ann:hush@db/x",
    ],
)
def test_a_value_that_looks_like_a_secret_is_masked_wherever_it_stands(
    log: io.StringIO, text: str
) -> None:
    structlog.get_logger().info(text, why=[text], error=ValueError(text))
    logging.getLogger("uvicorn.error").warning("%s", text)
    try:
        raise ValueError(text)
    except ValueError:
        structlog.get_logger().exception("failed")

    for secret in (GITHUB_TOKEN, SLACK_TOKEN, "MIIEabc", "abcdef0123456789", "0123abcd", "hush"):
        assert secret not in log.getvalue()
    assert "***" in log.getvalue()
    assert len(lines(log)) == 3


def test_numbers_keep_their_names(log: io.StringIO) -> None:
    structlog.get_logger().info("budget", tokens_left=17, has_secret=False)

    (line,) = lines(log)
    assert (line["tokens_left"], line["has_secret"]) == (17, False)


def test_on_a_terminal_lines_are_for_people_and_cannot_move_its_cursor() -> None:
    stream = io.StringIO()
    configure("info", "console", stream=stream)

    structlog.get_logger().info("seen\nforged", case="a\x1b[2Jb\u202e", where="there")

    (line,) = stream.getvalue().splitlines()
    assert "seen\\nforged" in line
    assert "case=a\\x1b[2Jb\\u202e" in line
    assert "where=there" in line


def test_without_a_format_a_file_gets_json() -> None:
    stream = io.StringIO()
    configure("warning", stream=stream)

    structlog.get_logger().warning("said")

    assert lines(stream)[0]["event"] == "said"
