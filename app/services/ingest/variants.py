"""Under which variant a report is stored: its job's, and no other workflow's job's."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

from app.core.artifacts import BoundArtifact
from app.core.runs import Run
from app.core.variants import asked, home_of, settled
from app.db import variants
from app.db.session import Engine, Session, unit_of_work
from app.services.ingest.origins import Origin

UPLOAD = "upload"  # the event of a run that is known by its uploads alone: it has no workflow


def variant_of(session: Session, run: Run, told: str, *, may_claim: bool = True) -> str:
    """The variant of a run's reports of a job, or artifact, that is called so.

    Whoever comes first, and whatever is renamed, is remembered, unless a fork brings it or nothing
    is stored (`may_claim`).
    """
    if run.event == UPLOAD:
        return told
    known = _known(session, run, [told])
    if told in known:
        return known[told]
    variant = _settled(session, run, told, may_claim=may_claim and run.is_trusted)
    return _kept(session, run, {told: variant})[told]


def looked_up(
    engine: Engine, run: Run, artifacts: Sequence[BoundArtifact]
) -> Sequence[BoundArtifact]:
    """A run's artifacts, placed where nothing has changed since another's; one look for all."""
    with unit_of_work(engine) as session:
        known = _known(session, run, {one.variant for one in artifacts})
    return [
        replace(one, variant=known[one.variant], is_placed=True) if one.variant in known else one
        for one in artifacts
    ]


def placed(engine: Engine, origin: Origin, *, may_claim: bool = True) -> Origin:
    """Where reports come from, with their variant found."""
    if origin.is_placed:
        return origin
    with unit_of_work(engine) as session:
        variant = variant_of(session, origin.run, origin.variant, may_claim=may_claim)
    return replace(origin, variant=variant, is_placed=True)


def _known(session: Session, run: Run, told: Collection[str]) -> dict[str, str]:
    """By what a job is called: its variant, where nothing is to be settled."""
    homes = variants.homes(session, run.key.repo_id, told)
    found = {one: home_of(homes, asked(run, one)) for one in told}
    return _kept(session, run, {one: home.variant for one, home in found.items() if home})


def _kept(session: Session, run: Run, found: Mapping[str, str]) -> dict[str, str]:
    """A run that has stored reports under a job's own name goes on so: each is stored once."""
    led = [told for told, variant in found.items() if variant != told]
    stored = variants.stored(session, run.key, led)
    return {told: told if told in stored else variant for told, variant in found.items()}


def _settled(session: Session, run: Run, told: str, *, may_claim: bool) -> str:
    repo_id, wanted = run.key.repo_id, asked(run, told)
    if may_claim:
        variants.lock(session, repo_id)  # somebody may settle it meanwhile
    names = [one.variant for one in variants.homes(session, repo_id, [told])]
    homes = variants.homes(session, repo_id, [told], [*wanted.names, *names])
    found = settled(homes, wanted, beside=variants.beside(session, run))
    if may_claim:
        variants.remember(session, repo_id, wanted, found)
    return found.variant
