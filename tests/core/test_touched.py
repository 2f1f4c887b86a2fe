"""Which changed paths are a case's own file, by what reports of different languages tell."""

import pytest

from app.core.touched import touches


@pytest.mark.parametrize(
    ("file", "classname", "path", "is_touched"),
    [
        ("tests/test_cart.py", "tests.test_cart", "tests/test_cart.py", True),
        ("tests/test_cart.py", "tests.test_cart", "backend/tests/test_cart.py", True),
        ("./src/cart.test.js", "Cart", "src/cart.test.js", True),
        ("test_cart.py", "", "tests/unit_test_cart.py", False),
        ("tests/test_cart.py", "shop.CartTest", "src/shop/CartTest.java", False),
        (None, "com.acme.CartTest", "src/test/java/com/acme/CartTest.java", True),
        (None, "com.acme.CartTest$Empty", "src/test/java/com/acme/CartTest.java", True),
        (None, "com.acme.CartTest", "src/test/java/com/acme/CartTestBase.java", False),
        (None, "com.acme.CartTest", "src/main/java/com/acme/Cart.java", False),
        (None, "Acme.Shop.Tests.CartTests", "test/Shop.Tests/CartTests.cs", True),
        (None, "App\\Tests\\CartTest", "tests/CartTest.php", True),
        (None, "github.com/acme/shop/cart", "cart/cart_test.go", True),
        (None, "github.com/acme/shop/cart", "cart/cart.go", False),
        (None, "github.com/acme/shop/cart", "till/till_test.go", False),
        (None, "CartTests", "ShopTests/CartTests.swift", True),
        (None, "Cart", "src/Cart.js", False),
        (None, "", "README.md", False),
    ],
)
def test_a_path_is_the_cases_own_by_file_class_or_package(
    file: str | None, classname: str, path: str, is_touched: bool
) -> None:
    assert touches(["README.md", path], file=file, classname=classname) is is_touched


def test_nothing_changed_touches_nothing() -> None:
    assert not touches([], file="tests/test_cart.py", classname="tests.test_cart")
