"""The sandbox's GitHub signs people in and makes Apps as GitHub does: once, and in time."""

import json
import re
from datetime import timedelta
from typing import Any

import httpx
import pytest

from app.core.errors import BadInput
from app.sandbox.pages.registration import AUTHORIZE
from tests.sandbox.scene import Scene

BACK = "https://flakes.example.com/github/oauth/callback"
VERIFIER = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"  # RFC 7636, appendix B
CHALLENGE = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"


def code_of(scene: Scene, login: str = "ann", *, challenge: str = CHALLENGE) -> str:
    github = scene.world.github
    client_id = github.registration.client_id
    return github.authorize(login, client_id=client_id, redirect_uri=BACK, challenge=challenge)


def token(scene: Scene, **changed: str) -> dict[str, Any]:
    given = {
        "client_id": scene.credentials.client_id,
        "client_secret": scene.credentials.client_secret,
        "redirect_uri": BACK,
        "code_verifier": VERIFIER,
    }
    answer = httpx.post(f"{scene.address}/login/oauth/access_token", data=given | changed)
    assert answer.status_code == 200
    said: dict[str, Any] = answer.json()
    return said


def test_a_code_is_worth_a_token_of_the_person_who_said_yes(scene: Scene) -> None:
    said = token(scene, code=code_of(scene))

    assert (said["token_type"], said["expires_in"]) == ("bearer", 28_800)
    with scene.client(said["access_token"]) as ann:
        assert ann.get("/user").json()["login"] == "ann"


@pytest.mark.parametrize(
    ("changed", "error"),
    [
        ({"code": "guessed"}, "bad_verification_code"),
        ({"code_verifier": "another"}, "bad_verification_code"),
        ({"code_verifier": ""}, "bad_verification_code"),
        ({"client_secret": "guessed"}, "incorrect_client_credentials"),
        ({"client_id": "Iv1.0"}, "incorrect_client_credentials"),
        ({"redirect_uri": "https://evil.example/"}, "redirect_uri_mismatch"),
        ({"grant_type": "refresh_token", "refresh_token": "guessed"}, "bad_refresh_token"),
    ],
    ids=str,
)
def test_what_does_not_fit_is_refused_by_a_word(
    scene: Scene, changed: dict[str, str], error: str
) -> None:
    assert token(scene, **({"code": code_of(scene)} | changed))["error"] == error


def test_codes_and_refresh_tokens_work_once_and_codes_ten_minutes(scene: Scene) -> None:
    code = code_of(scene)
    first = token(scene, code=code)
    assert token(scene, code=code)["error"] == "bad_verification_code"

    renew = {"grant_type": "refresh_token", "refresh_token": first["refresh_token"]}
    assert token(scene, **renew)["access_token"] != first["access_token"]
    assert token(scene, **renew)["error"] == "bad_refresh_token"

    late = code_of(scene)
    scene.clock.turn(timedelta(minutes=10))
    assert token(scene, code=late)["error"] == "bad_verification_code"


def test_a_persons_token_ends_after_eight_hours(scene: Scene) -> None:
    said = token(scene, code=code_of(scene))

    scene.clock.turn(timedelta(hours=8))

    with scene.client(said["access_token"]) as ann:
        assert ann.get("/user").status_code == 401


def test_people_see_what_they_were_given_with_what_they_may_do(scene: Scene) -> None:
    scene.world.github.add_user("zoe")
    seen = {}
    for login in ("ann", "rita", "zoe"):
        with scene.as_user(login) as client:
            found = client.get("/user/installations").json()["installations"]
            paths = [f"/user/installations/{one['id']}/repositories" for one in found]
            seen[login] = [
                (repo["full_name"], repo["permissions"]["push"], repo["permissions"]["pull"])
                for path in paths
                for repo in client.get(path).json()["repositories"]
            ]

    assert seen == {
        "ann": [("acme/shop", True, True)],
        "rita": [("acme/shop", False, True)],
        "zoe": [],
    }


def test_the_page_sends_nobody_to_an_address_that_is_not_registered(scene: Scene) -> None:
    scene.world.github.registration.callback_urls = (BACK,)
    asked = {"client_id": scene.credentials.client_id, "redirect_uri": "https://evil.example/"}

    answer = httpx.get(f"{scene.address}{AUTHORIZE}", params=asked)

    assert answer.status_code == 404
    assert "The redirect_uri is not associated with this application." in answer.text
    with pytest.raises(BadInput):
        scene.world.github.authorize(
            "ann", client_id=scene.credentials.client_id, redirect_uri="https://evil.example/"
        )


def test_yes_must_be_said_on_the_page_itself(scene: Scene) -> None:
    form = {"client_id": scene.credentials.client_id, "redirect_uri": BACK, "login": "ann"}

    answer = httpx.post(f"{scene.address}{AUTHORIZE}", data=form)

    assert answer.status_code == 403


def test_a_manifest_makes_the_worlds_app_once(scene: Scene) -> None:
    manifest = {
        "name": "Our Flakes",
        "url": "https://flakes.example.com",
        "hook_attributes": {"url": "https://flakes.example.com/github/webhook"},
        "redirect_url": "https://flakes.example.com/github/setup/callback",
        "callback_urls": [BACK],
        "default_permissions": {"checks": "write"},
    }
    address = f"{scene.address}/organizations/acme/settings/apps/new?state=s-1"
    page = httpx.post(address, data={"manifest": json.dumps(manifest)}).text
    page_token = re.search(r'name="page_token" value="([^"]+)"', page)
    assert page_token is not None
    form = {"page_token": page_token[1], "manifest": json.dumps(manifest), "state": "s-1"}

    to = httpx.post(f"{scene.address}/settings/apps/create", data=form).headers["location"]

    code = re.fullmatch(
        r"https://flakes\.example\.com/github/setup/callback\?code=(\w+)&state=s-1", to
    )
    assert code is not None
    convert = f"{scene.world.github_api_url}/app-manifests/{code[1]}/conversions"
    made, again = httpx.post(convert), httpx.post(convert)
    assert (made.status_code, again.status_code) == (201, 404)
    assert made.json()["slug"] == "our-flakes"
    assert made.json()["pem"].startswith("-----BEGIN PRIVATE KEY-----")
    assert scene.world.github.hooks.secret == made.json()["webhook_secret"]
    assert scene.world.github.app_id == made.json()["id"]


def test_taking_it_back_ends_every_token_of_that_person(scene: Scene) -> None:
    said = token(scene, code=code_of(scene))

    scene.world.github.revoke_authorization("ann")

    renew = {"grant_type": "refresh_token", "refresh_token": said["refresh_token"]}
    assert token(scene, **renew)["error"] == "bad_refresh_token"
    with scene.client(said["access_token"]) as ann:
        assert ann.get("/user").status_code == 401
