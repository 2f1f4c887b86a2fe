"""`flakeguard web`: one web process; while no GitHub App is set up it prints how to set one up."""

from rich.console import Console

from app.commands.up import address_of
from app.db import migrate
from app.main import serve
from app.services.access.sessions import make_sign_in_link
from app.settings import Settings
from app.web.set_up import HERE
from app.wiring import Parts, wired


def run_web(settings: Settings, *, host: str, port: int, with_link: bool) -> None:
    """Answer requests until a signal says stop. Raises BadInput where the port is taken."""
    with wired(settings) as parts:

        def say(bound: int) -> None:
            here = parts.settings.model_copy(update={"host": host, "port": bound})
            for line in invitation(parts, here):
                Console(soft_wrap=True).print(line, markup=False, highlight=False)

        serve(parts, host=host, port=port, on_ready=say if with_link else None)


def invitation(parts: Parts, here: Settings) -> list[str]:
    """A one-time link to the set-up page; nothing once an App is set up, or before migrating."""
    if migrate.current(parts.engine) != migrate.head() or parts.app.current().is_set_up:
        return []
    link = make_sign_in_link(parts.engine, now=parts.clock(), base_url=address_of(here))
    said = "No GitHub App is set up yet. To set one up, open within 24 hours, once"
    return [f"{said}: {link}&next={HERE}"]
