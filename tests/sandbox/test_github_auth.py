"""Who gets in, and what GitHub says to everybody else."""

from datetime import timedelta

import jwt
import pytest

from app.sandbox.keys import new_key_pair
from tests.sandbox.scene import FIRST, HEAD, SHOP, Scene


def test_the_app_is_let_in_by_its_jwt(scene: Scene) -> None:
    with scene.as_app() as app:
        answer = app.get("/app")

    assert answer.status_code == 200
    assert answer.json()["slug"] == "flakeguard"
    assert answer.json()["permissions"]["checks"] == "write"


@pytest.mark.parametrize(
    ("claims", "status", "message"),
    [
        ({"exp": 0}, 401, "'Expiration time' claim ('exp') must be in the future"),
        ({"iss": "1"}, 404, "Integration not found"),
        (
            {"iat": 4_000_000_000},
            401,
            "'Issued at' claim ('iat') must be an Integer representing the time that the "
            "assertion was issued",
        ),
    ],
)
def test_a_wrong_claim_is_named(
    scene: Scene, claims: dict[str, object], status: int, message: str
) -> None:
    with scene.client(scene.app_jwt(**claims)) as app:
        answer = app.get("/app")

    assert answer.status_code == status
    assert answer.json() == {
        "message": message,
        "documentation_url": "https://docs.github.com/rest",
        "status": str(status),
    }


def test_a_jwt_may_not_live_longer_than_ten_minutes(scene: Scene) -> None:
    now = int(scene.clock.now.timestamp())

    with scene.client(scene.app_jwt(iat=now, exp=now + 3600)) as app:
        answer = app.get("/app")

    assert answer.status_code == 401
    assert answer.json()["message"] == "'Expiration time' claim ('exp') is too far in the future"


def test_a_jwt_of_another_key_or_algorithm_is_not_believed(scene: Scene) -> None:
    now = int(scene.clock.now.timestamp())
    claims = {"iat": now, "exp": now + 60, "iss": str(scene.credentials.app_id)}
    forged = jwt.encode(claims, new_key_pair().private, algorithm="RS256")
    symmetric = jwt.encode(claims, "s" * 64, algorithm="HS256")

    for token in (forged, symmetric, "not.a.jwt"):
        with scene.client(token) as app:
            answer = app.get("/app")
        assert answer.status_code == 401
        assert answer.json()["message"] == "A JSON web token could not be decoded"


def test_a_token_opens_the_installations_repositories_for_one_hour(scene: Scene) -> None:
    scene.world.github.add_repository("other/secret", private=True)

    with scene.as_installation() as client:
        repositories = client.get("/installation/repositories").json()["repositories"]
        strange = client.get("/repos/other/secret")
        scene.clock.turn(timedelta(minutes=59))
        late = client.get(SHOP)
        scene.clock.turn(timedelta(minutes=2))
        too_late = client.get(SHOP)

    assert [repo["full_name"] for repo in repositories] == ["acme/shop"]
    assert strange.status_code == 404
    assert strange.json()["message"] == "Not Found"
    assert late.status_code == 200
    assert too_late.status_code == 401
    assert too_late.json()["message"] == "Bad credentials"


def test_a_revoked_token_and_a_suspended_installation_are_shut_out(scene: Scene) -> None:
    github = scene.world.github
    with scene.as_installation() as first, scene.as_installation() as second:
        revoked = first.delete("/installation/token")
        after = first.get(SHOP)
        github.suspend(scene.installation)
        suspended = second.get(SHOP)

    assert revoked.status_code == 204
    assert after.status_code == 401
    assert suspended.status_code == 403
    assert suspended.json()["message"] == "This installation has been suspended"


def test_a_token_may_be_narrowed_and_never_widened(scene: Scene) -> None:
    path = f"/app/installations/{scene.installation.id}/access_tokens"

    with scene.as_app() as app:
        wide = app.post(path, json={"permissions": {"contents": "write"}})
        strange = app.post(path, json={"repositories": ["nowhere"]})
    with scene.as_installation(permissions={"metadata": "read"}) as narrow:
        refused = narrow.get(f"{SHOP}/pulls")

    assert wide.status_code == 422
    assert strange.status_code == 422
    assert refused.status_code == 403
    assert refused.json()["message"] == "Resource not accessible by integration"
    assert refused.headers["X-Accepted-GitHub-Permissions"] == "pull_requests=read"


def test_without_a_credential_nothing_is_answered(scene: Scene) -> None:
    with scene.client(None) as nobody:
        answer = nobody.get(SHOP)

    assert answer.status_code == 401
    assert answer.json()["message"] == "Requires authentication"


def test_an_address_that_github_does_not_have_is_not_found(scene: Scene) -> None:
    with scene.as_installation() as client:
        nowhere = client.get("/nowhere/at/all")
        wrong_method = client.put(f"{SHOP}/pulls")

    assert (nowhere.status_code, nowhere.json()["message"]) == (404, "Not Found")
    assert (wrong_method.status_code, wrong_method.json()["message"]) == (404, "Not Found")


def test_only_an_app_writes_check_runs(scene: Scene) -> None:
    with scene.as_user("ann") as ann:
        answer = ann.post(f"{SHOP}/check-runs", json={"name": "Mine", "head_sha": HEAD})

    assert answer.status_code == 403
    assert answer.json()["message"] == "You must authenticate via a GitHub App."


def test_people_see_what_they_may_read(scene: Scene) -> None:
    with scene.as_user("ann") as ann, scene.as_user("eve") as eve:
        who = ann.get("/user").json()
        seen = ann.get(SHOP)
        unseen = eve.get(SHOP)

    assert who["login"] == "ann"
    assert seen.json()["permissions"]["push"] is True
    assert seen.json()["permissions"]["admin"] is False
    assert unseen.status_code == 404


@pytest.mark.parametrize(
    ("login", "permission"),
    [("ann", "write"), ("rita", "read"), ("acme", "admin"), ("eve", "none")],
)
def test_a_collaborators_permission_is_told(scene: Scene, login: str, permission: str) -> None:
    scene.world.github.add_user("eve")

    with scene.as_installation() as client:
        answer = client.get(f"{SHOP}/collaborators/{login}/permission")
        unknown = client.get(f"{SHOP}/collaborators/nobody-at-all/permission")

    assert answer.json()["permission"] == permission
    assert unknown.status_code == 404


def test_an_installations_repository_is_found_by_name(scene: Scene) -> None:
    with scene.as_app() as app:
        found = app.get(f"{SHOP}/installation")
        missing = app.get("/repos/acme/nothing/installation")

    assert found.json()["id"] == scene.installation.id
    assert missing.status_code == 404


def test_a_commit_is_read_by_sha_and_by_branch(scene: Scene) -> None:
    with scene.as_installation() as client:
        by_branch = client.get(f"{SHOP}/commits/main").json()
        by_sha = client.get(f"{SHOP}/commits/{FIRST}").json()
        unknown = client.get(f"{SHOP}/commits/{'9' * 40}")

    assert by_branch["commit"]["message"] == "Sell things"
    assert by_sha["files"][0]["filename"] == "shop/cart.py"
    assert unknown.status_code == 422
    assert unknown.json()["message"] == f"No commit found for SHA: {'9' * 40}"
