"""A view as a check run: title, summary, annotations, buttons, all within GitHub's limits."""

from collections.abc import Iterator

from app.core.acts import ButtonName
from app.core.publishing import Annotation, Button, CheckRun
from app.render import escape, markdown
from app.render.view import CaseLine, RunView

TITLE_LIMIT = 255  # characters
ANNOTATIONS_AT_MOST = 50  # more would bury the ones that matter; GitHub takes 50 a request
ANNOTATION_MESSAGE = 4_000  # characters, well below GitHub's 64 KB

BUTTONS: dict[ButtonName, Button] = {
    ButtonName.QUARANTINE: Button(
        identifier=ButtonName.QUARANTINE,
        label="Quarantine",
        description="Excuse the flaky cases until they heal",
    ),
    ButtonName.RERUN: Button(
        identifier=ButtonName.RERUN,
        label="Re-run failed",
        description="Run the failed jobs once more",
    ),
    ButtonName.ISSUE: Button(
        identifier=ButtonName.ISSUE,
        label="Open issue",
        description="One about each flaky case",
    ),
    ButtonName.DISMISS: Button(
        identifier=ButtonName.DISMISS,
        label="Not flaky",
        description="These failures are real: stop excusing",
    ),
    ButtonName.STABLE: Button(
        identifier=ButtonName.STABLE,
        label="Mark stable",
        description="Fixed: older flakes count no more",
    ),
}


def external_id(head_sha: str) -> str:
    """What our check run on this commit is found by when its creation's answer was lost."""
    return f"flakeguard:{head_sha}"


def check_run(view: RunView) -> CheckRun:
    """The check run that says this view."""
    return CheckRun(
        head_sha=view.head_sha,
        external_id=external_id(view.head_sha),
        title=escape.plain(view.title, limit=TITLE_LIMIT),
        summary=markdown.check_summary(view),
        text="",
        conclusion=None if view.is_waiting else view.conclusion.value,
        details_url=view.page_url,
        annotations=tuple(_annotations(view))[:ANNOTATIONS_AT_MOST],
        buttons=tuple(BUTTONS[offer.button] for offer in view.offers),
        status=view.status,
    )


def _annotations(view: RunView) -> Iterator[Annotation]:
    """What needs you, at its file and line where these are known."""
    for line in view.needs_you:
        if line.file and line.line and escape.is_path_inside(line.file):
            yield Annotation(
                path=line.file,
                line=line.line,
                title=escape.plain(line.name, limit=TITLE_LIMIT),
                message=_message(line),
            )


def _message(line: CaseLine) -> str:
    said = [*line.sentences, line.message or ""]
    message = "\n".join(part for part in said if part)
    return escape.lines(message or "It failed.", limit=ANNOTATION_MESSAGE)
