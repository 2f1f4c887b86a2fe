"""Names that a report, a repository or a person may bring to do harm."""

from uuid import UUID

from tests.web.world import FAILED, World

SCRIPT = "<script>alert(1)</script>"
ATTRIBUTE = "\"'><img src=x onerror=alert(2)>"
BIDI = "test_\u202egnp.exe\u2066\u200b\x07"
TEMPLATE = "{{ 7*7 }}{% raw %}"
LONG = "x" * 10_000
NAMES = {
    "script": SCRIPT,
    "attribute": ATTRIBUTE,
    "bidi": BIDI,
    "template": TEMPLATE,
    "long": LONG,
    "long and wide": "\u6f22" * 10_000,
    "zalgo": "a" + "\u0301" * 500,
    "lines": "one\ntwo\r\n\tthree\u2028four",
    "nothing": "",
}
UNSEEN = ["\u0301" * 5, "\u202e", "\u2066", "\u200b", "\x07", "\u2028"]


def everywhere(world: World, name: str) -> list[str]:
    """Put a name wherever one can stand; the paths of the pages that then show it."""
    repo = world.repository()
    case: UUID = world.case(
        repo, name, suite=name, classname=name, parameters=name, file=name, line=1
    )
    evil = {"kind": "rate", "rate": 0.5, "low": 0.1, "high": 0.9, "runs": 9, "branch": name}
    world.held(repo, case, evidence=[evil, {"kind": "of a later version"}])
    world.quarantined(repo, case, by=name)
    run = world.run(
        repo, branch=name, workflow=name, url="javascript:alert(3)", conclusion=name, head_sha=name
    )
    report = world.report(run, variant=name, path=name, warnings=[name], refusal=name)
    world.execution(run, report, case, FAILED)
    world.occurrence(run, report, case, type=name, message=name, trace=name)
    cluster = world.cluster(run, report, case, name)
    world.parked(name, key=name, error_kind=name)
    world.refused_upload(repo, name, source=name, request_id=name)
    shop = "/r/acme/shop"
    outage = world.outage(run, case, name)
    clusters = [f"{shop}/outages", f"{shop}/outages/{outage}"]
    clusters += [f"{shop}/clusters", f"{shop}/clusters/{cluster}"]
    return ["/", shop, f"{shop}/cases/{case}", f"{shop}/uploads", "/parked", *clusters]
