"""What became of an upload: its reports, and what their evaluation found."""

from collections.abc import Sequence
from dataclasses import dataclass

from app.core.errors import Missing
from app.core.handed import Became, HandedReport, JudgedFailure, Progress, Upload
from app.core.runs import Run
from app.db import runs, upload_pages, uploads
from app.db.session import Session
from app.db.work import tasks
from app.services.access.tokens import Holder

NOT_HERE = "Nothing is here, or nothing for you."


@dataclass(frozen=True, slots=True)
class Result:
    """What an upload brought, as far as is known by now. `became` is empty until it is judged."""

    is_new: bool  # False: the same was handed in before, or it was asked for again
    upload: Upload
    project: str
    run: Run
    reports: Sequence[HandedReport]
    progress: Progress
    became: Sequence[Became]
    failures: Sequence[JudgedFailure]

    @property
    def is_waiting(self) -> bool:
        """Whether the evaluation is still to come."""
        return self.progress is Progress.WAITING


def result_of(
    session: Session,
    holder: Holder,
    upload_id: int,
    *,
    is_new: bool,
    reports: Sequence[HandedReport] | None = None,
) -> Result:
    """What an upload of the holder's project brought; Missing when it has none such."""
    repo_id = holder.repository.id
    upload = uploads.upload(session, repo_id, upload_id)
    run = None if upload is None else runs.run(session, upload.key)
    if upload is None or run is None:
        raise Missing(NOT_HERE)
    if reports is None:
        reports = upload_pages.of_upload(session, repo_id, upload.reports)
    progress = Progress.WAITING if is_new else _progress(session, upload)
    is_judged = progress is Progress.DONE
    return Result(
        is_new=is_new,
        upload=upload,
        project=holder.repository.full_name,
        run=run,
        reports=reports,
        progress=progress,
        became=uploads.became(session, upload.key) if is_judged else (),
        failures=uploads.failures(session, upload.key) if is_judged else (),
    )


def _progress(session: Session, upload: Upload) -> Progress:
    if upload.turn is None:
        return Progress.DONE
    return tasks.progress(session, [upload.turn])[upload.turn]
