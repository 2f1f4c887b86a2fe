"""The pages' addresses."""

from starlette.routing import Route

from app.sandbox.world import World


def page_routes(world: World) -> list[Route]:
    """Every page of the sandbox."""
    return []
