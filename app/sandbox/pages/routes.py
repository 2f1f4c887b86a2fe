"""The pages' addresses."""

from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import Route

from app.sandbox.pages.drawing import HEADERS, TEMPLATES, Drawing
from app.sandbox.pages.github_pages import GitHubPages
from app.sandbox.pages.registration import RegistrationPages
from app.sandbox.pages.slack_pages import SlackPages
from app.sandbox.world import World

REPO = "/{owner}/{repo}"
CHANNEL = "/slack/archives/{channel}"
HOME = "/slack/home/{user}"


def page_routes(world: World) -> list[Route]:
    """Every page of the sandbox; Slack's come first, since GitHub's begin with any name."""
    drawing = Drawing(world)
    return [
        Route("/sandbox.css", style),
        *_slack_routes(drawing, SlackPages(world)),
        *RegistrationPages(world, drawing).routes(),
        *_github_routes(drawing, GitHubPages(world)),
    ]


def style(_: Request) -> Response:
    """The style sheet."""
    return FileResponse(TEMPLATES / "sandbox.css", headers=HEADERS, media_type="text/css")


def _slack_routes(drawing: Drawing, pages: SlackPages) -> list[Route]:
    return [
        Route(CHANNEL, drawing.view("channel.html", pages.channel)),
        Route(f"{CHANNEL}/click", drawing.act(pages.click), methods=["POST"]),
        Route(f"{CHANNEL}/command", drawing.act(pages.command), methods=["POST"]),
        Route(f"{CHANNEL}/submit", drawing.act(pages.submit), methods=["POST"]),
        Route(f"{CHANNEL}/dismiss", drawing.act(pages.dismiss), methods=["POST"]),
        Route(HOME, drawing.view("home.html", pages.home)),
        Route(f"{HOME}/open", drawing.act(pages.open_home), methods=["POST"]),
        Route(f"{HOME}/click", drawing.act(pages.click_home), methods=["POST"]),
    ]


def _github_routes(drawing: Drawing, pages: GitHubPages) -> list[Route]:
    thread = drawing.view("thread.html", pages.thread)
    run = drawing.view("run.html", pages.run)
    return [
        Route("/", drawing.view("overview.html", pages.overview)),
        Route(REPO, drawing.view("repository.html", pages.repository)),
        Route(f"{REPO}/pull/{{number:int}}", thread),
        Route(f"{REPO}/issues/{{number:int}}", thread),
        Route(
            f"{REPO}/{{kind}}/{{number:int}}/comment", drawing.act(pages.comment), methods=["POST"]
        ),
        Route(f"{REPO}/commit/{{sha}}", drawing.view("commit.html", pages.commit)),
        Route(f"{REPO}/blob/{{ref}}/{{path:path}}", drawing.view("blob.html", pages.blob)),
        Route(f"{REPO}/runs/{{check_run_id:int}}", drawing.view("check.html", pages.check_run)),
        Route(
            f"{REPO}/runs/{{check_run_id:int}}/click", drawing.act(pages.click), methods=["POST"]
        ),
        Route(f"{REPO}/actions/runs/{{run_id:int}}", run),
        Route(f"{REPO}/actions/runs/{{run_id:int}}/attempts/{{attempt:int}}", run),
        Route(f"{REPO}/actions/runs/{{run_id:int}}/job/{{job_id:int}}", run),
    ]
