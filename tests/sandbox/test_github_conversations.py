"""Comments, reactions and issues: whose they are, who may change them, how long they may be."""

from tests.sandbox.scene import SHOP, Scene

COMMENTS = f"{SHOP}/issues/1/comments"


def test_the_apps_comment_is_its_bots(scene: Scene) -> None:
    with scene.as_installation() as client:
        made = client.post(COMMENTS, json={"body": "Hello."})
        listed = client.get(COMMENTS).json()

    assert made.status_code == 201
    assert made.json()["user"]["login"] == "flakeguard[bot]"
    assert made.json()["user"]["type"] == "Bot"
    assert made.json()["performed_via_github_app"]["slug"] == "flakeguard"
    assert [one["id"] for one in listed] == [made.json()["id"]]
    assert scene.world.summary()["comments"] == 1


def test_a_person_comments_as_a_person(scene: Scene) -> None:
    with scene.as_user("ann") as ann:
        made = ann.post(COMMENTS, json={"body": "Hm."}).json()

    assert made["user"]["type"] == "User"
    assert made["author_association"] == "COLLABORATOR"
    assert made["performed_via_github_app"] is None
    assert scene.world.summary()["comments"] == 0


def test_only_the_author_and_maintainers_edit_a_comment(scene: Scene) -> None:
    theirs = scene.world.github.comment("acme/shop", 1, user="ann", body="Mine.")

    with scene.as_installation() as app, scene.as_user("rita") as rita:
        ours = app.post(COMMENTS, json={"body": "Ours."}).json()["id"]
        edited = app.patch(f"{SHOP}/issues/comments/{ours}", json={"body": "Ours, better."})
        foreign = app.patch(f"{SHOP}/issues/comments/{theirs.id}", json={"body": "No."})
        reader = rita.patch(f"{SHOP}/issues/comments/{ours}", json={"body": "No."})
        reader_deletes = rita.delete(f"{SHOP}/issues/comments/{ours}")
    with scene.as_user("ann") as ann:
        deleted = ann.delete(f"{SHOP}/issues/comments/{ours}")
        gone = ann.get(f"{SHOP}/issues/comments/{ours}")

    assert edited.json()["body"] == "Ours, better."
    assert (foreign.status_code, theirs.body) == (403, "Mine.")
    assert (reader.status_code, reader_deletes.status_code) == (403, 403)
    assert deleted.status_code == 204
    assert gone.status_code == 404


def test_a_comment_holds_65_536_characters(scene: Scene) -> None:
    with scene.as_installation() as client:
        fits = client.post(COMMENTS, json={"body": "ü" * 65_536})
        bursts = client.post(COMMENTS, json={"body": "ü" * 65_537})
        empty = client.post(COMMENTS, json={"body": ""})
        nowhere = client.post(f"{SHOP}/issues/99/comments", json={"body": "x"})
        broken = client.post(COMMENTS, content=b"{")

    assert fits.status_code == 201
    assert bursts.status_code == 422
    assert bursts.json()["message"] == "Validation Failed"
    assert bursts.json()["errors"] == [
        {
            "resource": "IssueComment",
            "field": "body",
            "code": "custom",
            "message": "body is too long (maximum is 65536 characters)",
        }
    ]
    assert empty.status_code == 422
    assert nowhere.status_code == 404
    assert (broken.status_code, broken.json()["message"]) == (400, "Problems parsing JSON")


def test_the_same_reaction_twice_is_one(scene: Scene) -> None:
    comment = scene.world.github.comment("acme/shop", 1, user="ann", body="/flakeguard help")
    url = f"{SHOP}/issues/comments/{comment.id}"

    with scene.as_installation() as client:
        first = client.post(f"{url}/reactions", json={"content": "eyes"})
        again = client.post(f"{url}/reactions", json={"content": "eyes"})
        odd = client.post(f"{url}/reactions", json={"content": "shrug"})
        counted = client.get(url).json()["reactions"]

    assert (first.status_code, again.status_code, odd.status_code) == (201, 200, 422)
    assert (counted["eyes"], counted["total_count"]) == (1, 1)


def test_an_issue_is_opened_closed_and_found(scene: Scene) -> None:
    with scene.as_installation() as client:
        made = client.post(
            f"{SHOP}/issues", json={"title": "Flaky", "body": "b", "labels": ["flaky"]}
        ).json()
        url = f"{SHOP}/issues/{made['number']}"
        closed = client.patch(url, json={"state": "closed", "state_reason": "not_planned"}).json()
        open_now = client.get(f"{SHOP}/issues?labels=flaky").json()
        every = client.get(f"{SHOP}/issues?labels=flaky&state=all").json()
        reopened = client.patch(url, json={"state": "open"}).json()
        long_title = client.post(f"{SHOP}/issues", json={"title": "x" * 256})
        stranger = client.post(f"{SHOP}/issues", json={"title": "x", "assignees": ["eve"]})

    assert made["number"] == 2  # after the pull request
    assert (closed["state"], closed["state_reason"]) == ("closed", "not_planned")
    assert closed["closed_at"] == "2026-11-20T12:00:00Z"
    assert open_now == []
    assert [one["number"] for one in every] == [2]
    assert (reopened["state"], reopened["closed_at"]) == ("open", None)
    assert long_title.status_code == 422
    assert stranger.json()["errors"][0]["field"] == "assignees"
