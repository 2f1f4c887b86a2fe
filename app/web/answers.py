"""Templates, and the answers made of them."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response

from app.core.errors import ErrorKind
from app.render import escape, words
from app.render.escape import plain
from app.render.words import clusters as words_clusters
from app.render.words import outages as words_outages
from app.render.words import plan as words_plan
from app.render.words import reruns as words_reruns
from app.render.words import set_up as words_set_up
from app.services.access.sessions import Visitor
from app.web import formats
from app.web.assets import asset_url

GLOBALS = {
    "ago": formats.ago,
    "asset": asset_url,
    "cost_formula": words_plan.FORMULA,
    "workflow_lines": words_set_up.snippets()["pytest"],
}
TEMPLATES = Path(__file__).parent / "templates"


FILTERS: dict[str, Callable[..., Any]] = {
    "plain": plain,
    "day": words.day,
    "minute": words.minute,
    "short": words.short,
    "counted": words.counted,
    "title_of": formats.title_of,
    "place_of": formats.place_of,
    "full_name": formats.full_name,
    "failure_text": formats.failure_text,
    "sentences": formats.sentences,
    "rate_of": formats.rate_of,
    "score_of": formats.score_of,
    "quarantine_of": formats.quarantine_of,
    "terms_of": formats.terms_of,
    "cost_said": words_plan.cost_said,
    "decision_of": formats.decision_of,
    "css_class": formats.css_class,
    "duration": formats.duration,
    "size_of": formats.size_of,
    "source_of": formats.source_of,
    "where_run": formats.where_run,
    "category_sentence": words_clusters.category_sentence,
    "same_error": words_clusters.same_error,
    "bars": formats.bars,
    "outage_title": words_outages.outage_title,
    "part_of_outage": words_outages.part_of_outage,
    "chance": words.chance,
    "rerun_said": words_reruns.said_of,
    "lasted": words_outages.lasted,
    "cursor_text": formats.cursor_text,
}


def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= FILTERS
    environment.globals |= GLOBALS
    environment.tests["web_link"] = escape.is_web_link
    return environment


ENVIRONMENT = _environment()


def page(
    template: str,
    *,
    visitor: Visitor | None,
    status: int = 200,
    **values: Any,  # noqa: ANN401 -- what a template takes is checked by rendering it
) -> HTMLResponse:
    """An HTML answer; `visitor` None shows no navigation."""
    html = ENVIRONMENT.get_template(template).render(visitor=visitor, **values)
    return HTMLResponse(html, status_code=status)


def problem(
    request: Request,
    *,
    kind: ErrorKind,
    message: str,
    status: int,
    headers: dict[str, str] | None = None,
) -> Response:
    """An error: a page for a browser, JSON for a program."""
    request_id: str = getattr(request.state, "request_id", "")
    answer: Response
    if wants_page(request):
        template = "missing.html" if kind is ErrorKind.NOT_FOUND else "problem.html"
        answer = page(template, visitor=None, status=status, message=message, request_id=request_id)
    else:
        error = {"kind": kind.value, "message": message}
        answer = JSONResponse({"error": error, "request_id": request_id}, status_code=status)
    answer.headers.update(headers or {})
    return answer


def wants_page(request: Request) -> bool:
    """Whether a person's browser asks."""
    return "text/html" in request.headers.get("accept", "")
