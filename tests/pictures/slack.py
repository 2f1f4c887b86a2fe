"""The Slack guide's pictures: one message of every kind, as the sandbox's channel shows it."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from playwright.sync_api import Browser, Page

from app.clock import utc_now
from app.embedded import use
from app.sandbox.keys import KeyPair, new_key_pair
from tests.bots.shop import chat_of, hosts_of, served_shop
from tests.bots.slack.console import ChatOffice, Console, console_of
from tests.databases import copy_of, template_of
from tests.jobs.desk import Desk
from tests.pictures import small
from tests.pictures.shown import Shown
from tests.pictures.stories import STORIES

PICTURES = Path(__file__).parents[2] / "docs" / "slack"
WIDE, HIGH = 700, 900  # CSS pixels
SHARP = 1.5  # pixels of the picture for one of CSS
PLAIN = """
    .top, .message label, .modal h3 .muted, main > form:not(.card), h1 { display: none }
    body.slack { background: var(--paper) }
    main { padding: 0 }
    .card { margin: 0; border-radius: 0 }
"""


def take(browser: Browser) -> None:
    """Tell every story, and photograph what Slack then shows."""
    page = browser.new_page(
        viewport={"width": WIDE, "height": HIGH},
        device_scale_factor=SHARP,
        color_scheme="light",
        bypass_csp=True,  # for PLAIN
    )
    keys = new_key_pair()
    PICTURES.mkdir(exist_ok=True)
    with _databases() as template:
        for name, tell in STORIES.items():
            with _console(template, keys) as console:
                _photograph(page, console, tell(console), PICTURES / f"{name}.png")
    page.close()


def _photograph(page: Page, console: Console, shown: Shown, path: Path) -> None:
    page.goto(console.slack.server_url + shown.page)
    page.add_style_tag(content=PLAIN)
    small.keep(page, page.locator(shown.part).screenshot(), path)


@contextmanager
def _databases() -> Iterator[tuple[str, str]]:
    """A server, and the migrated database there to copy; both are gone afterwards."""
    with (
        TemporaryDirectory() as folder,
        use(Path(folder), postgres=True, redis=False, durable=False) as servers,
    ):
        assert servers.database_url is not None
        with template_of(servers.database_url, utc_now()) as name:
            yield servers.database_url, name


@contextmanager
def _console(template: tuple[str, str], keys: KeyPair) -> Iterator[Console]:
    with (
        copy_of(*template) as engine,
        served_shop(keys) as shop,
        hosts_of(shop) as hosts,
        console_of(ChatOffice(Desk(engine), shop, hosts, chat_of(shop))) as console,
    ):
        yield console
