"""Takes the pictures of the README and of the guides; `readme` or `slack` takes those alone."""

import shutil
import sys

from playwright.sync_api import sync_playwright

from tests.browser import ARGUMENTS, NAMES
from tests.pictures import readme, slack

KINDS = {"readme": readme.take, "slack": slack.take}


def main(wanted: list[str]) -> int:
    """Take the pictures of these kinds anew; all of them where none is named."""
    program = next(filter(None, map(shutil.which, NAMES)), None)
    if program is None:
        print(f"No Chromium on the PATH (looked for {', '.join(NAMES)}).")  # noqa: T201 -- says it to who ran it
        return 1
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=ARGUMENTS)
        for kind in wanted or KINDS:
            KINDS[kind](browser)
        browser.close()
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
