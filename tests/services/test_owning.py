"""Whose a quarantine is: by a person's word, by CODEOWNERS, and by a guess."""

from uuid import UUID

from app.core.runs import Commit
from app.db import changes, decisions
from app.db.changes import DEFAULT, Wanted
from app.db.session import Engine, unit_of_work
from app.services import acts
from app.services.acts import Actor
from app.services.policy.holding import Owner, owner_of, rules_for
from app.services.policy.policies import policy_of
from app.services.policy.terms import terms_of
from app.services.quarantine.held import held_now
from tests.services.acting import MONA
from tests.services.shop import LIVE_IN, POLICY
from tests.web.world import NOW, World


def owners_of_held(engine: Engine, repo: int, flaky: UUID) -> tuple[str | None, bool]:
    with unit_of_work(engine) as session:
        found = decisions.newest(session, repo, [flaky])[flaky]
    return found.owner, found.owner_is_guess


def test_whose_a_case_is_made_has_its_quarantine_too_until_that_is_taken_back(
    engine: Engine, repo: int, flaky: UUID, world: World
) -> None:
    world.owned(repo, "tests/test_cart.py", "@acme/web", "@acme/qa")
    with unit_of_work(engine) as session:
        acts.activate(session, repo, flaky, MONA, now=NOW)
    with unit_of_work(engine) as session:
        given = acts.own(session, repo, flaky, MONA, owner="@zoe", now=NOW)
    theirs = owners_of_held(engine, repo, flaky)
    by_owner = {one: held_by(engine, repo, one) for one in ("@zoe", "@acme/qa", "@nobody")}
    with unit_of_work(engine) as session:
        acts.undo(session, repo, given.event_id, MONA, now=NOW)

    assert theirs == ("@zoe", False)
    assert by_owner == {"@zoe": 1, "@acme/qa": 1, "@nobody": 0}
    assert owners_of_held(engine, repo, flaky) == ("@acme/web", False)


def held_by(engine: Engine, repo: int, owner: str) -> int:
    return len(held_now(engine, repo, now=NOW, owner=owner))


def test_who_cannot_be_told_is_nobodys_guess(engine: Engine, repo: int, flaky: UUID) -> None:
    token = Actor("token ci", "api", "r1", is_person=False)
    with unit_of_work(engine) as session:
        acts.activate(session, repo, flaky, token, now=NOW)

    assert owners_of_held(engine, repo, flaky)[0] is None


def test_a_case_without_a_file_is_the_guess_of_who_changed_its_class_last(
    engine: Engine, repo: int, flaky: UUID
) -> None:
    with unit_of_work(engine) as session:
        where = {"case": flaky, "file": None, "class": "com.acme.CartTest"}
        session.execute(LIVE_IN, where)
        for sha, author, files in (
            ("c1", "ada", ["src/test/java/com/acme/CartTest.java"]),
            ("c2", "bob", ["README.md"]),
        ):
            changes.write(session, repo, Wanted(sha, DEFAULT, None), files, now=NOW)
            changes.write_commits(session, repo, [Commit(sha, (), author, NOW, "Go on")], now=NOW)
        acts.activate(session, repo, flaky, MONA, now=NOW)

    assert owners_of_held(engine, repo, flaky) == ("@ada", True)


def test_a_case_is_under_the_terms_of_whom_a_person_gave_it_to(
    engine: Engine, repo: int, flaky: UUID, world: World
) -> None:
    text = "team_overrides: {web: {flaky_threshold: 0.6}, qa: {flaky_threshold: 0.7}}\n"
    world.owned(repo, "tests/test_cart.py", "@acme/web")

    def terms() -> tuple[float, tuple[str, ...] | None]:
        with unit_of_work(engine) as session:
            judged = terms_of(session, repo, policy_of(session, repo), [flaky.hex])
            held = rules_for(session, repo, flaky)
        return held.flaky_threshold, judged.owners.get(flaky.hex)

    with unit_of_work(engine) as session:
        session.execute(POLICY, {"repo": repo, "text": text, "now": NOW})
    before = terms()
    with unit_of_work(engine) as session:
        acts.own(session, repo, flaky, MONA, owner="@acme/qa", now=NOW)

    assert before == (0.6, ("@acme/web",))
    assert terms() == (0.7, ("@acme/qa",))


def test_a_guess_puts_no_case_under_a_teams_terms(engine: Engine, repo: int, flaky: UUID) -> None:
    text = "team_overrides: {ada: {flaky_threshold: 0.6}}\n"
    with unit_of_work(engine) as session:
        session.execute(POLICY, {"repo": repo, "text": text, "now": NOW})
        session.execute(LIVE_IN, {"case": flaky, "file": "tests/test_cart.py", "class": "Cart"})
        changes.write(session, repo, Wanted("c1", DEFAULT, None), ["tests/test_cart.py"], now=NOW)
        changes.write_commits(session, repo, [Commit("c1", (), "ada", NOW, "Go on")], now=NOW)
        guessed = owner_of(session, repo, flaky)
        rules = rules_for(session, repo, flaky)

    assert guessed == Owner("@ada", is_guess=True)
    assert rules.flaky_threshold == 0.9
