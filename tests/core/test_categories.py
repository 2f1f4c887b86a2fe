"""Categories: the words of runners, drivers and systems, and the reason that is shown."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.categories import Categorized, Category, Place, category_of

REAL = [
    ("playwright._impl._errors.TimeoutError", "Timeout 30000ms exceeded.", "time-out"),
    ("", "Test timed out in 5000ms.", "time-out"),
    ("", "panic: test timed out after 10m0s", "time-out"),
    ("", "thrown: \"Exceeded timeout of 5000 ms for a test.\"", "time-out"),
    ("java.net.SocketTimeoutException", "Read timed out", "time-out"),
    ("System.TimeoutException", "The operation has timed out.", "time-out"),
    ("Net::ReadTimeout", "Net::ReadTimeout with #<TCPSocket:(closed)>", "time-out"),
    ("", "rpc error: code = DeadlineExceeded desc = context deadline exceeded", "time-out"),
    ("AssertionError", "Timed out retrying after 4000ms: expected to find element", "time-out"),
    ("", "connect ECONNREFUSED 127.0.0.1:5432", "network"),
    ("java.net.ConnectException", "Connection refused", "network"),
    ("requests.exceptions.ConnectionError", "('Connection aborted.', None)", "network"),
    ("", "dial tcp: lookup api.test on 127.0.0.11:53: no such host", "network"),
    ("TypeError", "fetch failed", "network"),
    ("", "Error: page.goto: net::ERR_ABORTED; maybe frame was detached?", "network"),
    ("Errno::EPIPE", "Broken pipe", "network"),
    ("", "Error: listen EADDRINUSE: address already in use :::3000", "resource leak"),
    ("java.lang.OutOfMemoryError", "Java heap space", "resource leak"),
    ("OSError", "[Errno 24] Too many open files: '/tmp/x'", "resource leak"),
    ("pytest.PytestUnraisableExceptionWarning", "unclosed <socket.socket fd=12>", "resource leak"),
    ("", "goleak: found unexpected goroutines: leaked", "resource leak"),
    ("sqlite3.OperationalError", "database is locked", "concurrency"),
    ("java.util.ConcurrentModificationException", "", "concurrency"),
    ("", "WARNING: DATA RACE", "concurrency"),
    ("", "fatal error: all goroutines are asleep - deadlock!", "concurrency"),
    ("RuntimeError", "dictionary changed size during iteration", "concurrency"),
    ("org.openqa.selenium.StaleElementReferenceException", "stale element", "concurrency"),
    ("ModuleNotFoundError", "No module named 'numpy'", "environment"),
    ("", "Error: Cannot find module './cart'", "environment"),
    ("WebDriverException", "chrome not reachable", "environment"),
    ("Errno::ENOENT", "No such file or directory @ rb_sysopen", "environment"),
    ("java.lang.NoClassDefFoundError", "com/acme/Cart", "environment"),
    ("psycopg.errors.UniqueViolation", "duplicate key value", "order"),
    ("ActiveRecord::RecordNotUnique", "PG::UniqueViolation: ERROR:  duplicate key", "order"),
    ("", 'relation "carts" does not exist', "order"),
    ("ValueError", "signal handler cart is already registered", "order"),
    ("", "Falsifying example: test_total(n=0)", "random data"),
    ("", "Failed with seed 4711", "random data"),
    ("AssertionError", "assert '2026-03-01' == '2026-02-28'", "clock"),
    ("", "x509: certificate has expired or is not yet valid", "clock"),
    ("", "expected 10:00 in time zone Europe/Berlin", "clock"),
    ("AssertionError", "assert 3 == 4", "assertion"),
    ("org.opentest4j.AssertionFailedError", "expected: <5> but was: <3>", "assertion"),
    ("", "expect(received).toBe(expected) // Object.is equality", "assertion"),
    ("RSpec::Expectations::ExpectationNotMetError", "expected: 2\n     got: 1", "assertion"),
    ("", "cart_test.go:18: Total() = 3, want 4, got 3", "assertion"),
]  # fmt: skip


@pytest.mark.parametrize(("type_", "message", "category"), REAL)
def test_a_failure_is_of_the_kind_that_its_words_name(
    type_: str, message: str, category: str
) -> None:
    found = category_of(type_, message)

    assert found is not None
    assert found.category == category


@pytest.mark.parametrize("message", ["", "it broke", "Uh oh", "id to load is required for loading"])
def test_what_no_rule_knows_is_of_no_kind(message: str) -> None:
    assert category_of(None, message) is None


def test_the_reason_is_the_whole_word_and_where_it_stands() -> None:
    assert category_of("playwright.TimeoutError", "x") == Categorized(
        Category.TIMEOUT, "TimeoutError", Place.TYPE
    )
    assert category_of("Error", "the \x1b[31mBookTimedOutEvent\x1b[0m") == Categorized(
        Category.TIMEOUT, "BookTimedOutEvent", Place.MESSAGE
    )


def test_a_word_inside_another_is_none() -> None:
    assert category_of(None, "the bleak clockwork") is None


@given(st.text(max_size=300), st.text(max_size=3000))
def test_any_text_is_read_and_the_reason_is_short(type_: str, message: str) -> None:
    found = category_of(type_, message)

    assert found is None or 0 < len(found.words) <= 80
