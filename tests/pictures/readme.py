"""The README's pictures: the demo is played, and its pages are photographed."""

import json
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page

PICTURES = Path(__file__).parents[2] / "docs"
PULL_REQUEST, CASE = PICTURES / "pull-request.png", PICTURES / "case.png"
WIDE, HIGH = 1080, 1200  # CSS pixels
NARROW = 860  # what a README's column shows without shrinking it much
SHARP = 1.5  # pixels of the picture for one of CSS: readable on dense screens, still small
PLAIN = """
    .top, main > form, .check-card label { display: none } /* the sandbox's own */
    .comment, .annotations, .check-card > h4 { display: none } /* says the same as the check run */
    main { padding: 0 .8rem }
"""
TIMELINE_ENDS = "Last failure"  # the heading below what the case's picture shows


def take(browser: Browser) -> None:
    """Play the demo, and take both pictures anew."""
    with _demo() as sign_in:
        _take(browser, sign_in)


def _take(browser: Browser, sign_in: str) -> None:
    """Photograph the pull request that has most to say, and one of its flaky cases."""
    page = browser.new_page(
        viewport={"width": WIDE, "height": HIGH},
        device_scale_factor=SHARP,
        color_scheme="light",
        bypass_csp=True,  # for PLAIN
    )
    page.goto(sign_in)
    page.get_by_role("link", name="acme/shop").first.click()
    page.get_by_role("row", name="failing").get_by_role("link", name="CI").first.click()
    page.goto(_address(page) + "/acme/shop")
    case = _pull_request(page)
    page.set_viewport_size({"width": WIDE, "height": HIGH})
    page.goto(case)
    _upper_part(page, CASE)


def _pull_request(page: Page) -> str:
    """Take the first picture; the address of our page about the case in it."""
    links = page.locator("a[href*='/pull/']").evaluate_all("all => all.map(one => one.href)")
    for link in links:
        page.goto(link)
        said = page.locator(".check-card").first.inner_text()
        if "needs you" in said and "known flaky" in said and "Nothing" not in said:
            break
    page.locator("details").evaluate_all("all => all.forEach(one => one.open = true)")
    page.add_style_tag(content=PLAIN)
    page.set_viewport_size({"width": NARROW, "height": 1})  # the page alone gives the height
    card = page.locator(".check-card").first
    flaky: str = card.locator("details a").first.get_attribute("href") or ""
    page.screenshot(path=PULL_REQUEST, full_page=True)
    return flaky


def _upper_part(page: Page, path: Path) -> None:
    below = page.get_by_role("heading", name=TIMELINE_ENDS).bounding_box()
    assert below is not None
    page.screenshot(
        path=path, clip={"x": 0, "y": 0, "width": WIDE, "height": below["y"]}, full_page=True
    )


def _address(page: Page) -> str:
    return "/".join(page.url.split("/")[:3])


@contextmanager
def _demo() -> Iterator[str]:
    """The demo, played to its end and kept open; yields the link that signs in."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "app.cli", "demo", "--json", "--port", str(port)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as playing:
        try:
            assert playing.stdout is not None
            told: dict[str, Any] = json.loads(playing.stdout.readline())
            yield told["url"]
        finally:
            playing.send_signal(signal.SIGINT)
            playing.wait()
