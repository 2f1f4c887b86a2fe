"""The same database and pages as the pages' own tests have."""

from tests.web.conftest import app, clock, engine, queue, stranger, template, visitor, web, world

__all__ = ["app", "clock", "engine", "queue", "stranger", "template", "visitor", "web", "world"]
