"""Files of a report, as the repository has them."""

import pytest

from app.core.reports.names import relative_to, repository_path, safe_link


@pytest.mark.parametrize(
    "path",
    [
        "/home/runner/work/shop/shop/tests/test_cart.py",
        "/Users/runner/work/shop/shop/tests/test_cart.py",
        "/__w/shop/shop/tests/test_cart.py",
        "/github/workspace/tests/test_cart.py",
        "/home/ci/actions-runner/_work/shop/shop/tests/test_cart.py",
        "/opt/work/shop/shop/tests/test_cart.py",
        "/work/shop/shop/tests/test_cart.py",
        "D:\\a\\shop\\shop\\tests\\test_cart.py",
        "C:\\a\\shop\\shop\\tests\\test_cart.py",
        "C:\\actions-runner\\_work\\shop\\shop\\tests\\test_cart.py",
        "file:///D:/a/shop/shop/tests/test_cart.py",
        "/home/vsts/work/1/s/tests/test_cart.py",
        "D:\\a\\1\\s\\tests\\test_cart.py",
        "/builds/team/shop/tests/test_cart.py",
        "/home/gitlab-runner/builds/t3_aBcDe9/0/team/shop/tests/test_cart.py",
        "/var/lib/jenkins/workspace/shop/tests/test_cart.py",
        "/home/jenkins/agent/workspace/shop_main@2/tests/test_cart.py",
        "C:\\Jenkins\\workspace\\shop\\tests\\test_cart.py",
        "/data/.jenkins/workspace/shop/tests/test_cart.py",
        "/opt/buildagent/work/2a9f0c3d1e4b5a67/tests/test_cart.py",
        "C:\\BuildAgent\\work\\2a9f0c3d1e4b5a67\\tests\\test_cart.py",
        "/home/travis/build/ann/shop/tests/test_cart.py",
        "C:\\projects\\shop\\tests\\test_cart.py",
        "/workspace/tests/test_cart.py",
        "/workspaces/shop/tests/test_cart.py",
        "/home/circleci/project/tests/test_cart.py",
        "/app/tests/test_cart.py",
        "/code/tests/test_cart.py",
        "/var/www/html/tests/test_cart.py",
        "./tests/test_cart.py",
        "tests/test_cart.py",
    ],
)
def test_a_runner_s_checkout_is_taken_off(path: str) -> None:
    assert repository_path(path) == ("tests/test_cart.py", None)


@pytest.mark.parametrize(
    "path",
    [
        "/usr/lib/python3/test_cart.py",
        "/home/ann/shop/tests/test_cart.py",
        "/opt/work/shop/tests/test_cart.py",
        "/srv/app/tests/test_cart.py",
        "C:/Users/ann/shop/test_cart.py",
        "tests/work/a/a/test_cart.py",
        "tests/builds/abcdef/0/a/b/test_cart.py",
    ],
)
def test_what_nothing_tells_apart_stays(path: str) -> None:
    assert repository_path(path) == (path, None)


def test_a_line_behind_the_path_is_taken_off_with_it() -> None:
    assert repository_path("/builds/team/shop/a.rb:12:3") == ("a.rb", 12)


@pytest.mark.parametrize("root", ["/srv/ci/shop", "/srv/ci/shop/", "\\srv\\ci\\shop"])
def test_a_root_that_the_caller_knows_is_taken_off(root: str) -> None:
    assert relative_to("/srv/ci/shop/tests/a.py", root) == "tests/a.py"
    assert relative_to("/srv/ci/shopping/a.py", root) == "/srv/ci/shopping/a.py"
    assert relative_to("/builds/team/shop/a.py", root) == "a.py"
    assert relative_to(None, root) is None


def test_a_hostile_path_takes_no_longer_than_its_length() -> None:
    path = "/work/a" * 50_000

    assert repository_path(path) == (path, None)


@pytest.mark.parametrize("odd", ["a\0ttachment.png", "https://ci.example/\x1b[31m", "\ud800.png"])
def test_a_place_with_characters_that_no_place_has_is_none(odd: str) -> None:
    assert safe_link(odd) is None
    assert safe_link("shots/a.png") == "shots/a.png"
