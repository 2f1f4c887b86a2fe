"""security.txt, as RFC 9116 wants it."""

from dataclasses import replace
from datetime import datetime, timedelta

from starlette.testclient import TestClient

from app.web import Web
from tests.web.site import application, browser_of
from tests.web.world import NOW

PATH = "/.well-known/security.txt"


def test_it_points_to_this_installations_own_page(stranger: TestClient) -> None:
    answer = stranger.get(PATH)

    assert answer.headers["content-type"] == "text/plain; charset=utf-8"
    assert answer.text == (
        "Contact: http://testserver/security\n"
        "Expires: 2027-05-19T00:00:00Z\n"
        "Preferred-Languages: en\n"
        "Policy: http://testserver/security\n"
    )
    assert (
        "Please tell whoever runs this installation, privately." in stranger.get("/security").text
    )


def test_it_names_whom_the_operator_names_and_where_it_lives(web: Web) -> None:
    told = replace(web, public_url="https://flakes.example/", contact="mailto:sec@example.org")
    client = browser_of(application(told))

    lines = client.get(PATH).text.splitlines()

    assert lines[0] == "Contact: mailto:sec@example.org"
    assert lines[-1] == "Canonical: https://flakes.example/.well-known/security.txt"
    assert "mailto:sec@example.org" in client.get("/security").text


def test_it_expires_within_a_year(stranger: TestClient) -> None:
    line = stranger.get(PATH).text.splitlines()[1]

    expires = datetime.fromisoformat(line.partition(": ")[2])

    assert timedelta(days=90) < expires - NOW < timedelta(days=365)
