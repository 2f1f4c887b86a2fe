"""How a repository's uploads went: what was stored, what was refused and why, and how long."""

from dataclasses import dataclass

from app.core.errors import Missing
from app.core.handed import RefusedUpload, ReportLine
from app.core.pages import Page, RepositoryLine
from app.db import pages, repositories, upload_pages
from app.db.session import Engine, unit_of_work

REPORTS_SHOWN = 50  # rows of a page
REFUSED_SHOWN = 20
LAST_PAGE = 10_000  # nobody turns further; a larger number is a probe
NOT_HERE = "Nothing is here, or nothing for you."


@dataclass(frozen=True, slots=True)
class UploadHealth:
    """The newest reports of a repository, and the requests that were refused at the door."""

    reports: Page[ReportLine]
    refused: Page[RefusedUpload]


@dataclass(frozen=True, slots=True)
class UploadsPage:
    """What the page of a repository's uploads shows."""

    repository: RepositoryLine
    reports: Page[ReportLine]
    refused: Page[RefusedUpload]


def health_of(engine: Engine, repo_id: int, *, page: int) -> UploadHealth:
    """By the repository's id; Missing when we do not watch it."""
    with unit_of_work(engine) as session:
        if repositories.repository(session, repo_id) is None:
            raise Missing(NOT_HERE)
        return UploadHealth(
            upload_pages.recent(session, repo_id, page=page, size=REPORTS_SHOWN),
            upload_pages.refused(session, repo_id, page=page, size=REFUSED_SHOWN),
        )


def uploads_page(
    engine: Engine,
    full_name: str,
    *,
    report_page: int,
    refused_page: int,
    viewer: int | None = None,
) -> UploadsPage:
    """By the repository's name; Missing when we do not watch it, or the viewer may not see it."""
    with unit_of_work(engine) as session:
        repository = pages.repository(session, full_name, viewer=viewer)
        if repository is None:
            raise Missing(NOT_HERE)
        repo_id = repository.repo_id
        return UploadsPage(
            repository,
            upload_pages.recent(session, repo_id, page=report_page, size=REPORTS_SHOWN),
            upload_pages.refused(session, repo_id, page=refused_page, size=REFUSED_SHOWN),
        )
