"""The App's credentials: encrypted at rest, taken up without a restart, never mixed up."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import pytest
from cryptography.fernet import Fernet
from sqlalchemy import text

from app.core.credentials import AppCredential, GivenApp, in_use, secrets_in
from app.core.errors import BadInput, Conflict, Missing
from app.db.session import Engine, engine_for, unit_of_work
from app.services.access.credentials import CredentialStore, LiveApp
from app.services.access.vault import Vault

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
API = "https://api.github.com"
KEY, OLD_KEY = Fernet.generate_key().decode(), Fernet.generate_key().decode()
MADE = AppCredential(
    app_id=7,
    slug="flakes",
    name="Flakes",
    url="https://github.com/apps/flakes",
    private_key="-----BEGIN PRIVATE-----",
    webhook_secret="whsec-of-the-app",
    client_id="Iv1.7",
    client_secret="client-secret-of-the-app",
    api_url=API,
)

NOTHING = GivenApp()


@dataclass
class Hands:
    now: datetime = NOW

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def store(engine: Engine) -> CredentialStore:
    return CredentialStore(engine, Vault([KEY]))


def live(store: CredentialStore, given: GivenApp = NOTHING, clock: Hands | None = None) -> LiveApp:
    return LiveApp(given, store, API, clock or Hands())


def stored_bytes(engine: Engine) -> bytes:
    with unit_of_work(engine) as session:
        found = session.execute(text("SELECT sealed FROM app_credential")).scalar_one()
    return bytes(found)


def test_what_was_stored_is_read_again(store: CredentialStore) -> None:
    assert store.read(now=NOW) is None

    store.keep(MADE, replaces=False, now=NOW)

    assert store.read(now=NOW) == MADE


def test_nothing_of_it_is_stored_as_it_is(store: CredentialStore, engine: Engine) -> None:
    store.keep(MADE, replaces=False, now=NOW)

    content = stored_bytes(engine)

    for secret in (MADE.private_key, MADE.webhook_secret, MADE.client_secret, MADE.client_id):
        assert secret.encode() not in content


def test_no_secret_shows_where_an_object_is_printed() -> None:
    shown = repr(MADE) + repr(in_use(GivenApp(), MADE, now=NOW)) + repr(GivenApp(private_key="k-1"))

    for secret in (MADE.private_key, MADE.webhook_secret, MADE.client_secret, "k-1"):
        assert secret not in shown


def test_what_an_older_key_sealed_is_read_and_sealed_anew(engine: Engine) -> None:
    CredentialStore(engine, Vault([OLD_KEY])).keep(MADE, replaces=False, now=NOW)

    rotating = CredentialStore(engine, Vault([KEY, OLD_KEY]))

    assert rotating.read(now=NOW) == MADE
    assert CredentialStore(engine, Vault([KEY])).read(now=NOW) == MADE


def test_without_the_key_of_its_time_it_says_which_setting_to_mend(engine: Engine) -> None:
    CredentialStore(engine, Vault([OLD_KEY])).keep(MADE, replaces=False, now=NOW)
    store = CredentialStore(engine, Vault([KEY]))

    with pytest.raises(BadInput) as refused:
        store.read(now=NOW)

    sentence = (
        "The stored GitHub App's credentials cannot be read: none of the keys in "
        "FLAKEGUARD_SECRET_KEY made it; put the key of that time behind the new one, after a comma."
    )
    assert str(refused.value) == sentence
    assert live(store).current().fault == sentence
    assert not live(store).current().is_set_up


def test_an_app_is_replaced_only_by_who_says_so(store: CredentialStore) -> None:
    store.keep(MADE, replaces=False, now=NOW)
    other = replace(MADE, app_id=8)

    with pytest.raises(Conflict):
        store.keep(other, replaces=False, now=NOW)
    assert store.read(now=NOW) == MADE

    store.keep(other, replaces=True, now=NOW)
    assert store.read(now=NOW) == other


def test_of_many_that_set_up_at_once_one_does(store: CredentialStore) -> None:
    def keep(app_id: int) -> bool:
        try:
            store.keep(replace(MADE, app_id=app_id), replaces=False, now=NOW)
        except Conflict:
            return False
        return True

    with ThreadPoolExecutor(4) as pool:
        assert sorted(pool.map(keep, range(1, 5))) == [False, False, False, True]


def test_while_a_webhook_secret_is_rotated_both_are_valid_for_a_day(store: CredentialStore) -> None:
    with pytest.raises(Missing):
        store.rotate_secret(now=NOW)
    store.keep(MADE, replaces=False, now=NOW)

    new = store.rotate_secret(now=NOW)

    stored = store.read(now=NOW)
    assert stored is not None
    assert len(new) == 64
    assert stored.webhook_secrets(now=NOW) == (new, MADE.webhook_secret)
    assert stored.webhook_secrets(now=NOW + timedelta(days=1)) == (new,)


def test_a_running_process_takes_up_what_another_stored(store: CredentialStore) -> None:
    clock = Hands()
    app = live(store, clock=clock)
    assert not app.current().is_set_up

    store.keep(MADE, replaces=False, now=NOW)
    clock.now += timedelta(seconds=2)

    assert app.current().app_id == 7
    assert app.current().webhook_secrets == (MADE.webhook_secret,)


def test_before_a_delivery_is_refused_the_store_is_asked_at_once(store: CredentialStore) -> None:
    clock = Hands()
    app = live(store, clock=clock)
    assert app.just_now().webhook_secrets == ()
    store.keep(MADE, replaces=False, now=NOW)

    clock.now += timedelta(seconds=0.2)

    assert app.just_now().webhook_secrets == (MADE.webhook_secret,)


def test_what_is_set_wins_part_by_part(store: CredentialStore) -> None:
    store.keep(MADE, replaces=False, now=NOW)

    app = live(
        store, GivenApp(webhook_secret="set", client_id="Iv1.set", client_secret="set")
    ).current()

    assert (app.app_id, app.private_key) == (7, MADE.private_key)
    assert app.webhook_secrets == ("set",)
    assert (app.client_id, app.client_secret) == ("Iv1.set", "set")


def test_nothing_of_a_stored_app_is_mixed_with_another_apps_id(store: CredentialStore) -> None:
    store.keep(MADE, replaces=False, now=NOW)

    app = live(store, GivenApp(app_id=99, private_key="key of 99")).current()

    assert (app.app_id, app.private_key) == (99, "key of 99")
    assert (app.webhook_secrets, app.client_id, app.client_secret) == ((), None, None)


def test_another_github_never_gets_to_see_the_key(store: CredentialStore) -> None:
    store.keep(replace(MADE, api_url="https://ghes.example.com/api/v3"), replaces=False, now=NOW)

    app = live(store).current()

    assert (app.private_key, app.webhook_secrets) == (None, ())
    assert app.fault == (
        "The stored GitHub App belongs to https://ghes.example.com/api/v3, and GITHUB_API_URL is "
        "https://api.github.com: set it back, or set another App up at /github/setup."
    )


def test_with_everything_set_the_database_is_not_asked() -> None:
    nowhere = engine_for("postgresql://nowhere.invalid/flakeguard")
    given = GivenApp(1, "key", "secret", "Iv1.1", "client secret")

    app = live(CredentialStore(nowhere, Vault([KEY])), given).current()

    assert (app.app_id, app.webhook_secrets, app.client_id) == (1, ("secret",), "Iv1.1")


@pytest.mark.parametrize(
    ("text", "secrets"),
    [
        (None, ()),
        ("", ()),
        ("one", ("one",)),
        ("a,b", ("a,b",)),  # a part that short could be guessed
        ("n" * 16 + ", " + "o" * 16, ("n" * 16 + ", " + "o" * 16, "n" * 16, "o" * 16)),
    ],
)
def test_a_setting_may_hold_the_new_secret_and_the_old(
    text: str | None, secrets: tuple[str, ...]
) -> None:
    assert secrets_in(text) == secrets
