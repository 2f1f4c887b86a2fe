"""`wait=true`: the answer comes after the evaluation, and holds no thread until then."""

import asyncio
import threading
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor

import pytest

from app.api.waiting import Evaluations
from app.core.errors import ErrorKind, Unavailable
from app.core.handed import Progress, Turn
from app.services.access.tokens import Made
from tests.api.ci import FIELDS, REPORTS, Ci, junit

WAITING = FIELDS | {"wait": "true"}
GREEN, RED = junit("a", "b"), junit("a", "b", failing="b")


def work_once_asked(ci: Ci) -> None:
    while not ci.count("task"):
        pass
    ci.work()


def test_the_answer_tells_what_became_flaky(ci: Ci, token: Made) -> None:
    client = ci.client(token)
    client.post(REPORTS, params=FIELDS, content=RED)
    ci.work()

    with ThreadPoolExecutor(1) as threads:
        again = WAITING | {"attempt": "2"}
        sent = threads.submit(client.post, REPORTS, params=again, content=GREEN)
        while not sent.done():
            ci.work()
        answer = sent.result()

    told = answer.json()
    assert (answer.status_code, told["status"]) == (201, "evaluated")
    assert [(one["title"], one["was"], one["now"]) for one in told["became"]] == [
        ("t::b", "healthy", "suspect")
    ]
    assert told["failures"] == []


def test_what_was_evaluated_before_is_answered_at_once(ci: Ci, token: Made) -> None:
    client = ci.client(token)
    client.post(REPORTS, params=FIELDS, content=GREEN)
    ci.work()

    answer = client.post(REPORTS, params=WAITING, content=GREEN)

    assert (answer.status_code, answer.json()["status"]) == (200, "evaluated")


def test_when_it_takes_long_the_answer_is_a_link(ci: Ci, token: Made) -> None:
    ci.patience = 0.05
    client = ci.client(token)

    answer = client.post(REPORTS, params=WAITING, content=GREEN)

    told = answer.json()
    assert (answer.status_code, told["status"]) == (202, "stored")
    assert answer.headers["location"] == told["link"]
    ci.work()
    assert client.get(told["link"]).json()["status"] == "evaluated"


def test_an_evaluation_that_was_set_aside_is_waited_for_no_longer(ci: Ci, token: Made) -> None:
    client = ci.client(token)
    client.post(REPORTS, params=FIELDS, content=GREEN)
    ci.execute("UPDATE task SET parked_at = now()")

    answer = client.post(REPORTS, params=WAITING, content=GREEN)

    assert (answer.status_code, answer.json()["status"]) == (200, "set_aside")


def test_what_arrives_while_a_turn_lasts_waits_for_the_next(ci: Ci, token: Made) -> None:
    ci.patience = 0.05
    client = ci.client(token)
    client.post(REPORTS, params=FIELDS, content=GREEN)
    ci.execute("UPDATE task SET done = wanted")  # a turn that has not seen the next upload

    answer = client.post(REPORTS, params=WAITING | {"job": "other"}, content=RED)

    assert answer.status_code == 202


def test_many_wait_on_one_look_and_no_thread() -> None:
    looks: list[int] = []
    turns = [Turn(number, 1) for number in range(200)]
    is_done = threading.Event()

    def progress(asked: Sequence[Turn]) -> Mapping[Turn, Progress]:
        looks.append(len(asked))
        return dict.fromkeys(asked, Progress.DONE if is_done.is_set() else Progress.WAITING)

    async def scene() -> int:
        before = threading.active_count()
        evaluations = Evaluations(progress, look_every=0.001)
        waiters = [asyncio.create_task(evaluations.settled(turn, patience=60)) for turn in turns]
        while len(looks) < 3:
            await asyncio.sleep(0)
        held = threading.active_count() - before
        is_done.set()
        await asyncio.gather(*waiters)
        return held

    held = asyncio.run(scene())

    assert max(looks) == 200
    assert held < 20


def test_a_database_that_is_away_for_a_moment_is_asked_again() -> None:
    answers = iter([Unavailable("away", kind=ErrorKind.DATABASE)])

    def progress(asked: Sequence[Turn]) -> Mapping[Turn, Progress]:
        for error in answers:
            raise error
        return dict.fromkeys(asked, Progress.DONE)

    async def scene() -> None:
        await Evaluations(progress, look_every=0.001).settled(Turn(1, 1), patience=60)

    asyncio.run(scene())


def test_whoever_waits_in_vain_is_not_remembered() -> None:
    looks: list[int] = []

    def progress(asked: Sequence[Turn]) -> Mapping[Turn, Progress]:
        looks.append(len(asked))
        return {}

    async def scene() -> int:
        evaluations = Evaluations(progress, look_every=0.001)
        await evaluations.settled(Turn(1, 1), patience=0.02)
        await asyncio.sleep(0.01)
        before = len(looks)
        await asyncio.sleep(0.02)
        return len(looks) - before

    assert asyncio.run(scene()) == 0


@pytest.mark.parametrize("turn", [Turn(1, 1)])
def test_a_second_wait_begins_a_new_look(turn: Turn) -> None:
    async def scene() -> None:
        evaluations = Evaluations(
            lambda asked: dict.fromkeys(asked, Progress.DONE), look_every=0.001
        )
        await evaluations.settled(turn, patience=60)
        await asyncio.sleep(0.01)
        await evaluations.settled(turn, patience=60)

    asyncio.run(scene())
