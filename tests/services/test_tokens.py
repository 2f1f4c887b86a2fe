"""Tokens and projects: who may have one, what is kept of it, and what is written down."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text

from app.core.deliveries import RepositorySeen
from app.core.errors import BadInput, Conflict, Missing, NotSignedIn
from app.core.runs import Repository
from app.core.tokens import TokenState
from app.db import repositories
from app.db.session import Engine, unit_of_work
from app.services.access import tokens
from app.services.access.tokens import By, Made, digest_of, holder_of, id_of, is_same_project

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
BY = By("admin", "cli", "r1")
SHOP = "gitlab:acme/sub/shop"


def create(engine: Engine, project: str = SHOP, **given: str) -> Made:
    values = {"name": "ci", "default_branch": "main"} | given
    return tokens.create(
        engine,
        project,
        name=values["name"],
        default_branch=values["default_branch"],
        by=BY,
        now=NOW,
    )


def rows(engine: Engine, query: str) -> list[tuple[object, ...]]:
    with unit_of_work(engine) as session:
        return [tuple(row) for row in session.execute(text(query))]


def test_only_a_tokens_digest_is_kept(engine: Engine) -> None:
    made = create(engine)

    assert rows(engine, "SELECT digest FROM project_token") == [(digest_of(made.text),)]
    everything = rows(engine, "SELECT project_token::text FROM project_token")
    assert made.text not in str(everything)
    assert made.text not in repr(made)


def test_no_two_tokens_are_alike(engine: Engine) -> None:
    assert create(engine).text != create(engine).text


def test_a_project_of_another_host_is_made_once(engine: Engine) -> None:
    first, second = create(engine, default_branch="trunk"), create(engine)

    assert first.token.repo_id == second.token.repo_id < -1
    assert rows(engine, "SELECT provider, full_name, default_branch FROM repository") == [
        ("gitlab", SHOP, "trunk")
    ]


def test_a_projects_name_is_the_same_in_any_case(engine: Engine) -> None:
    assert (
        create(engine).token.repo_id
        == create(engine, SHOP.upper().replace("GITLAB", "gitlab")).token.repo_id
    )


@pytest.mark.parametrize(
    "project", ["acme/shop", "github:acme/shop", "gitlab:shop", "svn:acme/shop", "gitlab:a/b c", ""]
)
def test_a_project_that_we_do_not_know_gets_none(engine: Engine, project: str) -> None:
    with pytest.raises(Missing, match=r"^We do not know "):
        create(engine, project)


@pytest.mark.parametrize("name", ["", " ", "x" * 101])
def test_a_token_has_a_name_that_fits(engine: Engine, name: str) -> None:
    with pytest.raises(BadInput, match=r"^A token's name has 1 to 100 characters"):
        create(engine, name=name)


def test_a_github_repository_that_we_know_gets_one(engine: Engine) -> None:
    seen = RepositorySeen(Repository(7, "acme/shop", "main", None), is_private=False)
    with unit_of_work(engine) as session:
        repositories.note_repository(session, seen, now=NOW)

    ids = {create(engine, name).token.repo_id for name in ("acme/shop", "github:acme/shop")}

    assert ids == {7}


def test_every_act_is_written_down(engine: Engine) -> None:
    made = create(engine)
    rotated = tokens.rotate(engine, made.token.id, by=BY, now=NOW)
    tokens.revoke(engine, rotated.token.id, by=BY, now=NOW)
    tokens.revoke(engine, rotated.token.id, by=BY, now=NOW)  # no second act

    written = rows(
        engine,
        "SELECT actor, surface, act, after ->> 'token', request_id FROM audit_event"
        " ORDER BY event_id",
    )
    old, new = str(made.token.id), str(rotated.token.id)
    assert written == [
        ("admin", "cli", "token_created", old, "r1"),
        ("admin", "cli", "token_rotated", new, "r1"),
        ("admin", "cli", "token_revoked", new, "r1"),
    ]


def test_a_rotated_token_and_its_heir_both_open_the_project_for_a_while(engine: Engine) -> None:
    made = create(engine)
    heir = tokens.rotate(engine, made.token.id, by=BY, now=NOW, overlap=timedelta(hours=1))

    soon, later = NOW + timedelta(minutes=59), NOW + timedelta(hours=1)

    assert opens(engine, made, soon)
    assert opens(engine, heir, soon)
    assert not opens(engine, made, later)
    assert opens(engine, heir, later)


def test_a_token_that_is_not_in_force_is_not_rotated(engine: Engine) -> None:
    made = create(engine)
    tokens.rotate(engine, made.token.id, by=BY, now=NOW)

    with pytest.raises(Conflict, match="is rotated, so it cannot be rotated"):
        tokens.rotate(engine, made.token.id, by=BY, now=NOW)


def test_a_token_of_a_repository_that_we_were_taken_off_opens_nothing(engine: Engine) -> None:
    made = create(engine)
    with unit_of_work(engine) as session:
        repositories.note_removal(session, made.token.repo_id, now=NOW)

    assert not opens(engine, made, NOW)


def test_a_revoked_token_says_so(engine: Engine) -> None:
    made = create(engine)

    revoked = tokens.revoke(engine, made.token.id, by=BY, now=NOW)

    assert revoked.state(NOW) is TokenState.REVOKED
    assert not opens(engine, made, NOW)


def test_a_hundred_shards_write_the_last_use_once_a_minute(engine: Engine) -> None:
    made = create(engine)
    for second in (0, 30, 59):
        holder_of(engine, f"Bearer {made.text}", now=NOW + timedelta(seconds=second))
    at_first = tokens.listed(engine, SHOP)[0].last_used_at
    holder_of(engine, f"Bearer {made.text}", now=NOW + timedelta(seconds=60))

    assert at_first == NOW
    assert tokens.listed(engine, None)[0].last_used_at == NOW + timedelta(seconds=60)


@given(name=st.text(), other=st.text())
def test_ids_made_of_names_are_negative_and_fit_json(name: str, other: str) -> None:
    assert -(2**53) < id_of(name) < -1
    assert (id_of(name) == id_of(other)) is (name.lower() == other.lower())


@given(named=st.text())
def test_only_a_projects_own_names_mean_it(named: str) -> None:
    shop = Repository(7, "acme/shop", "main", None)

    means = is_same_project(shop, named)

    assert means is (named.strip().lower() in {"acme/shop", "github:acme/shop", "7"})


def opens(engine: Engine, made: Made, now: datetime) -> bool:
    try:
        holder_of(engine, f"Bearer {made.text}", now=now)
    except NotSignedIn:
        return False
    return True
