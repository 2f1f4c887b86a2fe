"""Check runs: ours by App and external id, with every annotation once."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from app.ports import Annotation, Button, CheckRun
from bots.github.addresses import commit_path, repo_path
from bots.github.connection import Connection
from bots.github.payloads import AnnotationPart, CheckRunPart

NAME = "FlakeGuard"
ANNOTATIONS_AT_ONCE = 50  # GitHub's most per request; later requests append
ANNOTATION_LEVEL = "failure"  # we annotate only what needs somebody


@dataclass(frozen=True, slots=True)
class Checks:
    """The check runs of one installation's repositories."""

    connection: Connection
    app_id: int

    def find(self, repo: str, head_sha: str, external_id: str) -> int | None:
        """The id of our newest check run with this external id; None when there is none."""
        parts = self.connection.all(
            CheckRunPart,
            commit_path(repo, head_sha, "/check-runs"),
            inside="check_runs",
            params={"app_id": self.app_id, "check_name": NAME, "filter": "all"},
        )
        ours = [
            part.id
            for part in parts
            if part.external_id == external_id and part.app and part.app.id == self.app_id
        ]
        return max(ours, default=None)

    def create(self, repo: str, check: CheckRun) -> int:
        """Create it, and append the annotations that do not fit into one request."""
        first = check.annotations[:ANNOTATIONS_AT_ONCE]
        body = {"head_sha": check.head_sha, **body_of(check, first)}
        path = repo_path(repo, "/check-runs")
        created = self.connection.made(CheckRunPart, "POST", path, body)
        self.append(repo, created.id, check, check.annotations[ANNOTATIONS_AT_ONCE:])
        return created.id

    def update(self, repo: str, check_id: int, check: CheckRun) -> None:
        """Make it say this. Annotations that stand are not repeated; GitHub removes none."""
        path = repo_path(repo, f"/check-runs/{check_id}")
        wanted = check.annotations
        standing = self.standing(repo, check_id) if wanted else set()
        missing = [one for one in wanted if one not in standing]
        first = missing[:ANNOTATIONS_AT_ONCE]
        # Repeating a request that carries annotations would double them.
        self.connection.ask("PATCH", path, body=body_of(check, first), repeatable=not first)
        self.append(repo, check_id, check, missing[ANNOTATIONS_AT_ONCE:])

    def append(
        self, repo: str, check_id: int, check: CheckRun, annotations: Sequence[Annotation]
    ) -> None:
        """Add annotations, as many requests as it takes."""
        path = repo_path(repo, f"/check-runs/{check_id}")
        for start in range(0, len(annotations), ANNOTATIONS_AT_ONCE):
            page = annotations[start : start + ANNOTATIONS_AT_ONCE]
            self.connection.ask("PATCH", path, body=body_of(check, page), repeatable=False)

    def standing(self, repo: str, check_id: int) -> set[Annotation]:
        """The annotations that GitHub shows already."""
        path = repo_path(repo, f"/check-runs/{check_id}/annotations")
        return {
            Annotation(path=one.path, line=one.start_line, title=one.title, message=one.message)
            for one in self.connection.all(AnnotationPart, path)
        }


def body_of(check: CheckRun, annotations: Sequence[Annotation]) -> dict[str, Any]:
    """A check run as GitHub wants it; its buttons replace those that were there."""
    output: dict[str, Any] = {
        "title": check.title,
        "summary": check.summary,
        "text": check.text,
    }
    if annotations:
        output["annotations"] = [annotation_body(one) for one in annotations]
    body: dict[str, Any] = {
        "name": NAME,
        "external_id": check.external_id,
        "status": check.status.value,
        "output": output,
        "actions": [button_body(one) for one in check.buttons],
    }
    if check.conclusion is not None:
        body["conclusion"] = check.conclusion
    return body | ({"details_url": check.details_url} if check.details_url else {})


def annotation_body(annotation: Annotation) -> dict[str, Any]:
    """One annotation as GitHub wants it."""
    return {
        "path": annotation.path,
        "start_line": annotation.line,
        "end_line": annotation.line,
        "annotation_level": ANNOTATION_LEVEL,
        "title": annotation.title,
        "message": annotation.message,
    }


def button_body(button: Button) -> dict[str, str]:
    """One action as GitHub wants it."""
    return {
        "label": button.label,
        "description": button.description,
        "identifier": button.identifier,
    }
