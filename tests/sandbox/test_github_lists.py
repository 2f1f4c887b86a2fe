"""Pages of lists, conditional requests, rate limits."""

from datetime import timedelta

from tests.sandbox.scene import FIRST, HEAD, NOW, SECOND, SHOP, Scene


def test_lists_come_in_pages_with_links(scene: Scene) -> None:
    for number in range(5):
        scene.world.github.comment("acme/shop", 1, user="ann", body=f"Note {number}")

    with scene.as_installation() as client:
        bodies: list[str] = []
        url: str | None = f"{SHOP}/issues/1/comments?per_page=2"
        rels: list[set[str | None]] = []
        while url is not None:
            answer = client.get(url)
            bodies += [one["body"] for one in answer.json()]
            rels.append(set(answer.links))
            url = answer.links.get("next", {}).get("url")

    assert bodies == [f"Note {number}" for number in range(5)]
    assert rels == [{"next", "last"}, {"prev", "next", "last", "first"}, {"prev", "first"}]


def test_a_page_never_holds_more_than_a_hundred(scene: Scene) -> None:
    for number in range(101):
        scene.world.github.comment("acme/shop", 1, user="ann", body=str(number))

    with scene.as_installation() as client:
        greedy = client.get(f"{SHOP}/issues/1/comments", params={"per_page": 1000})
        usual = client.get(f"{SHOP}/issues/1/comments")

    assert len(greedy.json()) == 100
    assert len(usual.json()) == 30


def test_runs_are_found_by_sha_state_and_day(scene: Scene) -> None:
    github = scene.world.github
    for run_id, sha, at in ((1, FIRST, NOW - timedelta(days=3)), (2, SECOND, NOW)):
        run = github.start_run("acme/shop", run_id, head_sha=sha, branch="main", actor="ann", at=at)
        if run_id == 1:
            github.finish_attempt(run, conclusion="failure", at=at)

    with scene.as_installation() as client:

        def ids(**query: str) -> list[int]:
            answer = client.get(f"{SHOP}/actions/runs", params=query).json()
            return [run["id"] for run in answer["workflow_runs"]]

        assert ids() == [2, 1]
        assert ids(head_sha=FIRST) == [1]
        assert ids(status="failure") == [1]
        assert ids(status="in_progress") == [2]
        assert ids(created=">=2026-11-19") == [2]
        assert ids(created="2026-11-01..2026-11-17") == [1]
        assert ids(created="2026-11-20") == [2]


def test_pull_requests_are_found_by_head_and_state(scene: Scene) -> None:
    github = scene.world.github
    github.open_pull_request(
        "acme/shop",
        2,
        title="From outside",
        author="mallory",
        head_repo="mallory/shop",
        branch="more",
        head_sha="d" * 40,
        at=NOW,
    )
    github.close("acme/shop", 1, at=NOW)

    with scene.as_installation() as client:

        def numbers(**query: str) -> list[int]:
            return [one["number"] for one in client.get(f"{SHOP}/pulls", params=query).json()]

        assert numbers() == [2]
        assert numbers(state="all") == [2, 1]
        assert numbers(state="all", head="mallory:more") == [2]
        assert numbers(state="all", head="acme:more") == [1]
        assert numbers(base="release") == []


def test_what_has_not_changed_is_304_and_costs_nothing(scene: Scene) -> None:
    with scene.as_installation() as client:
        first = client.get(f"{SHOP}/issues/1/comments")
        tag = {"If-None-Match": first.headers["ETag"]}
        same = client.get(f"{SHOP}/issues/1/comments", headers=tag)
        scene.world.github.comment("acme/shop", 1, user="ann", body="New")
        changed = client.get(f"{SHOP}/issues/1/comments", headers=tag)
        used = client.get("/rate_limit").json()["resources"]["core"]["used"]

    assert same.status_code == 304
    assert same.content == b""
    assert changed.status_code == 200
    assert used == 2


def test_the_rate_limit_is_told_counted_and_enforced(scene: Scene) -> None:
    with scene.as_installation() as client:
        told = client.get(SHOP)
        scene.clock.turn(timedelta(hours=1))
        fresh = client.get(SHOP)

    assert told.headers["X-RateLimit-Limit"] == "5000"
    assert told.headers["X-RateLimit-Remaining"] == "4999"
    assert told.headers["X-RateLimit-Reset"] == str(int((NOW + timedelta(hours=1)).timestamp()))
    assert fresh.status_code == 401  # the token has ended; its successor has a new hour
    with scene.as_installation() as client:
        assert client.get(SHOP).headers["X-RateLimit-Used"] == "1"


def test_a_spent_budget_answers_403_until_it_returns(scene: Scene) -> None:
    scene.world.github_limits.per_hour = 1

    with scene.as_installation() as client:
        client.get(SHOP)
        spent = client.get(SHOP)

    assert spent.status_code == 403
    assert spent.headers["X-RateLimit-Remaining"] == "0"
    assert spent.json()["message"].startswith("API rate limit exceeded for installation ID")


def test_writing_too_fast_meets_the_secondary_limit_when_it_is_on(scene: Scene) -> None:
    scene.world.github_limits.secondary = True

    with scene.as_installation() as client:
        url = f"{SHOP}/issues/1/comments"
        statuses = [client.post(url, json={"body": "."}).status_code for _ in range(81)]
        refused = client.post(url, json={"body": "."})
        scene.clock.turn(timedelta(seconds=int(refused.headers["Retry-After"])))
        later = client.post(url, json={"body": "."})

    assert statuses == [201] * 80 + [403]
    assert refused.headers["Retry-After"] == "61"
    assert later.status_code == 201


def test_a_comparison_says_what_head_has_that_base_has_not(scene: Scene) -> None:
    with scene.as_installation() as client:
        ahead = client.get(f"{SHOP}/compare/{FIRST}...main").json()
        same = client.get(f"{SHOP}/compare/main...{SECOND}").json()
        back = client.get(f"{SHOP}/compare/main...{FIRST}").json()
        branch = client.get(f"{SHOP}/compare/main...acme:more").json()

    assert (ahead["status"], ahead["ahead_by"], ahead["behind_by"]) == ("ahead", 1, 0)
    assert [file["filename"] for file in ahead["files"]] == ["shop/sell.py"]
    assert same["status"] == "identical"
    assert (back["status"], back["behind_by"]) == ("behind", 1)
    assert [one["sha"] for one in branch["commits"]] == [HEAD]
    assert branch["merge_base_commit"]["sha"] == SECOND
