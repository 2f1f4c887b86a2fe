"""Deliveries come late and twice: what they tell never undoes what was heard after them."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from sqlalchemy import text

from app.core.deliveries import AccountRenamed, InstallationSeen, RepositorySeen
from app.core.runs import Repository
from app.db import repositories
from app.db.session import Engine, unit_of_work

FIRST = datetime(2026, 11, 20, 12, tzinfo=UTC)
LATER = FIRST + timedelta(minutes=5)


def shop(number: int = 1, name: str = "acme/shop", installation: int = 77) -> RepositorySeen:
    told = Repository(number, name, "main", installation)
    return RepositorySeen(told, is_private=False, is_news=True)


def names(engine: Engine) -> dict[int, tuple[str, int | None, bool]]:
    """By id: name, installation, and whether we are on it."""
    with unit_of_work(engine) as session:
        rows = session.execute(
            text("SELECT repo_id, full_name, installation_id, removed_at FROM repository")
        )
        return {row[0]: (row[1], row[2], row[3] is None) for row in rows}


def test_old_news_neither_renames_a_repository_nor_gives_it_back(engine: Engine) -> None:
    with unit_of_work(engine) as session:
        repositories.note_repository(session, shop(name="acme/new", installation=78), now=LATER)

        repositories.note_repository(session, shop(name="acme/old", installation=77), now=FIRST)

    assert names(engine) == {1: ("acme/new", 78, True)}


def test_old_news_of_a_repository_takes_no_name_from_whoever_has_it_now(engine: Engine) -> None:
    with unit_of_work(engine) as session:
        repositories.note_repository(session, shop(1, "acme/moved"), now=LATER)
        repositories.note_repository(session, shop(2, "acme/shop"), now=LATER)

        repositories.note_repository(session, shop(1, "acme/shop"), now=FIRST)

    assert names(engine) == {1: ("acme/moved", 77, True), 2: ("acme/shop", 77, True)}


def test_a_repository_taken_away_comes_back_only_by_newer_news(engine: Engine) -> None:
    with unit_of_work(engine) as session:
        repositories.note_repository(session, shop(), now=FIRST)
        repositories.note_removal(session, 1, now=LATER)
        repositories.note_repository(session, shop(), now=FIRST)
    gone = names(engine)

    with unit_of_work(engine) as session:
        repositories.note_repository(session, shop(), now=LATER + timedelta(seconds=1))
        repositories.note_removal(session, 1, now=LATER)

    assert gone == {1: ("acme/shop", 77, False)}
    assert names(engine) == {1: ("acme/shop", 77, True)}


def test_an_old_event_does_not_undo_the_end_of_an_installation(engine: Engine) -> None:
    with unit_of_work(engine) as session:
        ended = InstallationSeen(id=77, account="acme", deleted_at=LATER, is_news=True)
        repositories.note_installation(session, ended, now=LATER)

        repositories.note_installation(
            session, InstallationSeen(77, "acme", is_news=True), now=FIRST
        )

        row = session.execute(text("SELECT deleted_at FROM installation WHERE id = 77"))
        assert row.scalar_one() == LATER


def test_what_was_under_way_when_we_were_taken_off_puts_us_back_on_nothing(engine: Engine) -> None:
    after = LATER + timedelta(seconds=1)
    ended = InstallationSeen(id=77, account="acme", deleted_at=LATER, is_news=True)
    with unit_of_work(engine) as session:
        repositories.note_installation(session, InstallationSeen(77, "acme"), now=FIRST)
        repositories.note_repository(session, shop(), now=FIRST)
        repositories.note_installation(session, ended, now=LATER)

        repositories.note_installation(session, InstallationSeen(77, "acme"), now=after)
        repositories.note_repository(session, replace(shop(), is_news=False), now=after)

    assert names(engine) == {1: ("acme/shop", 77, False)}
    assert found(engine) is None


def test_a_suspended_installation_s_repositories_rest_until_it_is_back(engine: Engine) -> None:
    told = InstallationSeen(id=77, account="acme", is_news=True)
    with unit_of_work(engine) as session:
        repositories.note_repository(session, shop(), now=FIRST)
        suspended = replace(told, suspended_at=FIRST)
        repositories.note_installation(session, suspended, now=FIRST)
    at_rest = found(engine)

    with unit_of_work(engine) as session:
        repositories.note_installation(session, told, now=LATER)

    assert at_rest is None
    assert found(engine) == shop().repository


def test_an_account_s_new_name_is_its_repositories_too(engine: Engine) -> None:
    with unit_of_work(engine) as session:
        repositories.note_installation(session, InstallationSeen(77, "acme"), now=FIRST)
        repositories.note_repository(session, shop(1), now=FIRST)
        repositories.note_repository(session, shop(2, "globex/shop", 78), now=FIRST)

        repositories.rename_account(session, AccountRenamed(77, "globex"), now=LATER)

    assert names(engine) == {1: ("globex/shop", 77, True), 2: ("globex/shop#2", 78, True)}


def found(engine: Engine) -> Repository | None:
    """The repository as long as we may do something there."""
    with unit_of_work(engine) as session:
        return repositories.repository(session, 1)
