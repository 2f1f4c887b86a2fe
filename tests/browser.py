"""A real, headless browser: Debian's Chromium, driven by Playwright."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, sync_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome")
ARGUMENTS = ["--no-sandbox", "--disable-dev-shm-usage", "--force-color-profile=srgb"]
OUTPUT = Path(__file__).parent / "output"


@pytest.fixture
def browser_page() -> Iterator[Page]:
    """An empty page. Its test fails in the end when the console had an error to tell."""
    program = next(filter(None, map(shutil.which, NAMES)), None)
    if program is None:
        reason = f"no Chromium on the PATH (looked for {', '.join(NAMES)})"
        if os.environ.get("CI"):  # noqa: TID251 -- it is about this machine, not a setting
            pytest.fail(reason)
        pytest.skip(reason)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=ARGUMENTS)
        page = browser.new_page(viewport={"width": 1200, "height": 900})
        complaints: list[str] = []
        page.on("console", lambda said: _note(complaints, said.type, said.text))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("dialog", lambda dialog: complaints.append(f"dialog: {dialog.message}"))
        yield page
        browser.close()
    assert complaints == []


def screenshot(page: Page, name: str) -> Path:
    """Keep a picture of the whole page for people to look at."""
    OUTPUT.mkdir(exist_ok=True)
    path = OUTPUT / f"{name}.png"
    page.screenshot(path=path, full_page=True)
    return path


def _note(complaints: list[str], kind: str, text: str) -> None:
    if kind in {"error", "warning"}:
        complaints.append(text)
