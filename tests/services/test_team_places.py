"""Where a case's owners hear of it: what the policy names, and nobody else's channel."""

from collections.abc import Sequence
from uuid import UUID

import pytest
from cryptography.fernet import Fernet

from app.clock import utc_now
from app.core.outlets import OutletKind, Target
from app.core.runs import Repository
from app.db import owners, policies
from app.db.policies import Snapshot, SnapshotKind
from app.db.session import Engine, unit_of_work
from app.services.access.vault import Vault
from app.services.chat.outlets import Outlets
from app.services.chat.team_places import team_places
from tests.db.shelf import REPO, Shelf, failed, junit

REPOSITORY = Repository(REPO, "acme/shelf", "main", None)
POLICY = """
team_notifications:
  email_groups:
    acme/web: [ann@acme.test]
  channels:
    acme/web: [ours, theirs, nobody]
"""


@pytest.fixture
def case_id(engine: Engine) -> UUID:
    shelf = Shelf(engine, utc_now())
    shelf.open()
    shelf.store(junit(failed("adds", "no").replace("<testcase", '<testcase file="web/cart.py"', 1)))
    (row,) = shelf.rows("SELECT case_id, file FROM case_")
    assert row["file"] == "web/cart.py"
    vault = Vault([Fernet.generate_key().decode()])
    outlets = Outlets(engine, vault, utc_now)
    outlets.add("ours", OutletKind.TEAMS, Target(url="https://x.test"), accounts=("Acme",))
    outlets.add("theirs", OutletKind.TEAMS, Target(url="https://y.test"), accounts=("umbrella",))
    with unit_of_work(engine) as session:
        snapshot = Snapshot(SnapshotKind.POLICY, "abc", ".flakeguard.yml", POLICY)
        policies.write(session, REPO, snapshot, now=utc_now())
    return UUID(str(row["case_id"]))


@pytest.mark.parametrize(
    ("whose", "places"),
    [
        (["@acme/web"], ["mail:ann@acme.test", "outlet:ours"]),
        (["@acme/other"], []),
        ([], []),
    ],
)
def test_a_policy_names_where_its_owners_hear_of_a_case(
    engine: Engine, case_id: UUID, whose: Sequence[str], places: list[str]
) -> None:
    with unit_of_work(engine) as session:
        owners.write(session, REPO, {"web/cart.py": whose})
        found = team_places(session, REPOSITORY, case_id)

    assert found == places
