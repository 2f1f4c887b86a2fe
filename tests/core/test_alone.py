"""The command that runs one case alone, and none where nobody can know it."""

import shlex

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.alone import COMMANDS, LONGEST, Place, alone


def case(name: str, classname: str = "", *, file: str | None = None, parameters: str = "") -> Place:
    return Place("", classname, name, parameters, file)


TS = "web/a.spec.ts"


@pytest.mark.parametrize(
    ("format_", "place", "command"),
    [
        (
            "pytest",
            case("test_x", "tests.test_a.TestK", file="tests/test_a.py", parameters="[a b]"),
            "pytest 'tests/test_a.py::TestK::test_x[a b]'",
        ),
        ("pytest", case("tests.test_b", file="tests/test_b.py"), "pytest tests/test_b.py"),
        ("pytest", case("t/a.py::test_x", file="t/a.py"), "pytest t/a.py::test_x"),
        ("unittest-xml-reporting", case("test_x", "a.B"), "python -m unittest a.B.test_x"),
        (
            "go test",
            case("TestB/one+two", "example.org/shop"),
            r"go test example.org/shop -count=1 -run '^TestB$/^one\+two$'",
        ),
        (
            "jest",
            case("adds (1)", "cart \u203a total", file="web/a.test.js"),
            r"npx jest web/a.test.js -t '^cart total adds \(1\)$'",
        ),
        (
            "vitest",
            case("cart > adds", TS, file=TS),
            "npx vitest run web/a.spec.ts -t '^cart adds$'",
        ),
        (
            "playwright",
            case("cart \u203a it's full", "a.spec.ts", file=TS),
            "npx playwright test web/a.spec.ts -g 'cart it'\"'\"'s full'",
        ),
        ("mocha", case("adds", "cart", file="a.js"), "npx mocha a.js -f 'cart adds'"),
        ("mocha", case("cart adds", "adds", file="a.js"), "npx mocha a.js -f 'cart adds'"),
        (
            "mocha",
            case("cart adds", "adds", file="web/cart.cy.ts"),
            "npx cypress run --spec web/cart.cy.ts",
        ),
        ("surefire", case("adds", "shop.CartTest"), "mvn test '-Dtest=shop.CartTest#adds'"),
        ("gradle", case("adds()", "shop.CartTest"), "./gradlew test --tests shop.CartTest.adds"),
        (
            "trx",
            case("Adds", "Shop.CartTests", parameters="(n: 1)"),
            "dotnet test --filter FullyQualifiedName=Shop.CartTests.Adds",
        ),
        (
            "rspec",
            case("Cart adds", file="spec/cart_spec.rb"),
            "bundle exec rspec spec/cart_spec.rb -e 'Cart adds'",
        ),
        (
            "nextest",
            case("cart::adds", "shop::it"),
            "cargo nextest run -E 'binary_id(=shop::it) & test(=cart::adds)'",
        ),
        (
            "phpunit",
            case("testAdds", r"Shop\CartTest"),
            r"vendor/bin/phpunit --filter '/\bCartTest::testAdds\b/'",
        ),
        (
            "dart",
            case("Cart adds", file="test/a_test.dart"),
            "dart test test/a_test.dart --plain-name 'Cart adds'",
        ),
        ("ctest", case("unit.cart"), r"ctest --output-on-failure -R '^unit\.cart$'"),
    ],
)
def test_each_runner_is_asked_in_its_own_words(format_: str, place: Place, command: str) -> None:
    assert alone(format_, place) == command


@pytest.mark.parametrize(
    ("format_", "place"),
    [
        ("tap", case("adds")),
        (None, case("adds")),
        ("pytest", case("test_x", "tests.test_a")),  # in no file
        ("pytest", case("test_x", "other.module", file="tests/test_a.py")),
        ("pytest", case("test_x", file="../outside.py")),
        ("pytest", case("test_x", file="/abs/test_a.py")),
        ("pytest", case("test_x", file="--pdbcls=evil:Evil.py")),
        ("pytest", case("test_x", "t.a", file="t/a.py", parameters="[<address>]")),
        ("pytest", case("test_x", "t.a", file="t/a.py", parameters="[Cart@<hash>]")),
        ("minitest", case("test_adds", "CartTest", file="test/cart_test.rb")),
        ("go test", case("TestA", "-exec=evil")),
        ("surefire", case("adds two numbers", "shop.CartTest")),
        ("trx", case("Rows (Data Row 0)", "Shop.RowTests")),
        ("nextest", case("a) | all(", "shop")),
        ("dart", case("(loading)", file="test/b_test.dart")),
        ("jest", case("two\nlines", file="a.js")),
        ("jest", case("x" * LONGEST, file="a.js")),
        ("jest", case("turned \u202e round", file="a.js")),
    ],
)
def test_where_nobody_can_know_it_there_is_none(format_: str | None, place: Place) -> None:
    assert alone(format_, place) is None


TEXT = st.text(max_size=40)


@given(st.sampled_from(sorted(COMMANDS)), TEXT, TEXT, TEXT, st.none() | TEXT)
def test_hostile_names_are_arguments_of_the_runner_and_nothing_else(
    format_: str, name: str, classname: str, parameters: str, file: str | None
) -> None:
    place = Place("", classname, name, parameters, file)

    command = alone(format_, place)

    if command is not None:
        words = COMMANDS[format_](place)
        assert shlex.split(command) == words
        assert command.isprintable()
        assert len(command) <= LONGEST
