"""Frames: the repository's own, innermost first, whatever language the trace speaks."""

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.frames import FRAMES_USED, TRACE_USED, is_of_a_test, own_frames

PYTHON = """Traceback (most recent call last):
  File "/home/ci/work/shop/tests/test_cart.py", line 12, in test_total
    cart.total()
  File "/home/ci/work/shop/shop/cart.py", line 40, in total
    return self.client.fetch(1)
  File "/usr/lib/python3.11/site-packages/httpx/_client.py", line 901, in fetch
    raise TimeoutError
TimeoutError
"""
PYTEST = """tests/test_cart.py:12: in test_total
    cart.total()
shop/cart.py:40: in total
    return fetch(1)
/venv/lib/python3.12/site-packages/httpx/_client.py:901: in fetch
E   TimeoutError
"""
JEST = """Error: expect(received).toBe(expected)
    at Cart.total (/home/runner/work/shop/shop/src/cart.ts:40:11)
    at Object.<anonymous> (/home/runner/work/shop/shop/test/cart.test.ts:12:16)
    at Promise.then.completed (/home/runner/work/shop/shop/node_modules/jest-circus/utils.js:298:28)
    at new Promise (<anonymous>)
    at JSON.parse (<anonymous>)
    at processTicksAndRejections (node:internal/process/task_queues:95:5)
"""
VITEST = """AssertionError: expected 50 to be 5
 \u276f total src/cart.ts:40:11
 \u276f __test__/sub.test.tsx:12:24
"""
JAVA = """java.lang.IllegalStateException: no cart
\tat org.junit.jupiter.engine.Runner.run(Runner.java:7)
\tat com.acme.shop.CartTest.total(CartTest.java:12)
Caused by: java.net.SocketTimeoutException: Read timed out
\tat java.base/java.net.SocketInputStream.read(SocketInputStream.java:203)
\tat com.acme.shop.Cart$Line.fetch(Cart.java:40)
\tat com.acme.shop.CartTest.total(CartTest.java:11)
\t... 23 more
"""
KOTLIN = "\tat shop.CartTest.test error handling(CartTest.kt:27)\n\tat kotlin.Unit.run(Unit.kt:1)"
DOTNET = """   at Xunit.Assert.Equal(Object a, Object b)
   at Acme.Shop.Cart.Total() in C:\\agent\\work\\shop\\Cart.cs:line 40
   at Acme.Shop.Tests.CartTests.Total() in /home/ci/shop/Tests/CartTests.cs:line 12
"""
GO = """goroutine 18 [running]:
github.com/acme/shop.(*Cart).Total(0xc0000b4000)
\t/home/ci/shop/cart/cart.go:40 +0x1d
testing.tRunner(0xc0000b6000, 0x5a3e20)
\t/usr/local/go/src/testing/testing.go:1576 +0x10b
"""
RUBY = """/usr/lib/ruby/gems/3.2.0/gems/rspec-core-3.12/lib/rspec/core/example.rb:263:in `run'
./lib/cart.rb:40:in `block in total'
./spec/cart_spec.rb:12:in `block (3 levels) in <top (required)>'
"""
PHP = """/var/www/html/vendor/phpunit/phpunit/src/Framework/TestCase.php:12
#1 /var/www/html/src/Cart.php(40): Shop\\Cart->total()
/var/www/html/tests/CartTest.php:12
"""
RUST = """thread 'cart::tests::total' panicked at src/cart.rs:40:5:
stack backtrace:
   0: rust_begin_unwind
             at /rustc/9fc6b43126469e3858e2fe86cafb4f0fd5068869/library/std/src/panicking.rs:665:5
   2: shop::cart::Cart::total
             at ./src/money.rs:12:9
"""
SWIFT = "CartTests.swift:12: Issue recorded: Expectation failed"
DART = """Expected: <5>
package:test_api                        expect
package:shop/src/cart.dart 40:7         Cart.total
test/cart_test.dart 12:5                main.<fn>.<fn>
"""
FLUTTER = (
    "#0      Cart.total (package:shop/src/cart.dart:40:7)\n#1  main (package:flutter/x.dart:1:2)"
)
ELIXIR = "     stacktrace:\n       test/shop/cart_test.exs:12: (test)"
CPP = "FAILED:\n  REQUIRE( v == 1 )\nat /__w/shop/test/cart.cpp:19"


@pytest.mark.parametrize(
    ("trace", "frames"),
    [
        (PYTHON, ("shop/cart.py:total", "tests/test_cart.py:test_total")),
        (PYTEST, ("shop/cart.py:total", "tests/test_cart.py:test_total")),
        (JEST, ("src/cart.ts:Cart.total", "test/cart.test.ts:Object")),
        (VITEST, ("src/cart.ts:total", "__test__/sub.test.tsx:")),
        (JAVA, ("shop/Cart:fetch", "shop/CartTest:total")),
        (KOTLIN, ("shop/CartTest:test error handling",)),
        (DOTNET, ("shop/Cart.cs:Total", "Tests/CartTests.cs:Total")),
        (GO, ("cart/cart.go:",)),
        (RUBY, ("lib/cart.rb:total", "spec/cart_spec.rb:")),
        (PHP, ("src/Cart.php:Shop\\Cart->total", "tests/CartTest.php:")),
        (RUST, ("src/cart.rs:", "src/money.rs:")),
        (SWIFT, ("CartTests.swift:",)),
        (DART, ("src/cart.dart:Cart.total", "test/cart_test.dart:main")),
        (FLUTTER, ("src/cart.dart:Cart.total",)),
        (ELIXIR, ("shop/cart_test.exs:",)),
        (CPP, ("test/cart.cpp:",)),
    ],
)
def test_the_repositorys_own_frames_come_innermost_first(
    trace: str, frames: tuple[str, ...]
) -> None:
    assert own_frames(trace) == frames


def test_a_change_further_up_moves_no_frame() -> None:
    moved = PYTHON.replace("line 40", "line 47").replace("line 12", "line 19")

    assert own_frames(moved) == own_frames(PYTHON)


def test_another_checkout_has_the_same_frames() -> None:
    elsewhere = JEST.replace("/home/runner/work/shop/shop", "D:/a/shop/shop")

    assert own_frames(elsewhere) == own_frames(JEST)


def test_no_more_frames_are_taken_than_say_why() -> None:
    deep = "\n".join(f"  at step{chr(97 + n)} (src/{chr(97 + n)}.ts:1:2)" for n in range(20))

    assert own_frames(deep) == ("src/a.ts:stepa", "src/b.ts:stepb", "src/c.ts:stepc")
    assert len(own_frames(deep)) == FRAMES_USED


@pytest.mark.parametrize("trace", [None, "", "it failed", "at", "at (", "at a.b", "File ", ".py:"])
def test_what_holds_no_frame_has_none(trace: str | None) -> None:
    assert own_frames(trace) == ()


@pytest.mark.parametrize(
    ("frame", "is_test"),
    [
        ("tests/test_cart.py:test_total", True),
        ("test/cart.test.ts:Object", True),
        ("cart/cart_test.go:", True),
        ("shop/CartTest:total", True),
        ("spec/cart_spec.rb:", True),
        ("foo/friday.feature:I should", True),
        ("tests/conftest.py:wait_for_server", False),
        ("tests/helpers.py:wait_for", False),
        ("src/cart.ts:total", False),
        ("src/contest.py:latest", False),
    ],
)
def test_a_tests_own_frame_is_told_from_a_helpers(frame: str, is_test: bool) -> None:
    assert is_of_a_test(frame) is is_test


PIECES = [
    "at ",
    "(",
    ")",
    ":1",
    ":",
    "a.",
    "/",
    'File "',
    '", line 1',
    ".py:",
    ".rb:",
    "#0 ",
    "\n",
    " ",
]


@given(st.lists(st.sampled_from(PIECES), max_size=400).map("".join))
def test_any_trace_is_read(trace: str) -> None:
    assert len(own_frames(trace)) <= FRAMES_USED


@pytest.mark.timeout(20)  # seconds; a pattern that backtracks without bound takes minutes
@pytest.mark.parametrize("one", [f"{a}{b}" for a, b in product(PIECES, ["a", ".", "(", ":1", " "])])
def test_a_hostile_trace_costs_no_more_than_what_is_looked_at(one: str) -> None:
    trace = (one * TRACE_USED)[:1_000_000]

    assert own_frames(trace) == own_frames(trace + one[-1:])
