"""Deliveries that arrive at once share a transaction; each hears how its own went."""

import asyncio
import threading
from collections.abc import Sequence

import pytest

from app.core.deliveries import NewDelivery
from app.core.errors import ErrorKind, Unavailable
from bots.gathering import AT_ONCE, BYTES_AT_ONCE, Gathering, how_many


def new(number: int, body: bytes = b"{}") -> NewDelivery:
    return NewDelivery("github", f"guid-{number}", "ping", body, "r1")


class Store:
    """Stores nothing before the gate is open, and remembers in which batches."""

    def __init__(self, bad: Sequence[str] = ()) -> None:
        self.batches: list[list[str]] = []
        self.gate = threading.Event()
        self.bad = bad
        self.is_away = False

    def __call__(self, news: Sequence[NewDelivery]) -> None:
        assert self.gate.wait(10)
        if self.is_away:
            raise Unavailable("PostgreSQL is away.", kind=ErrorKind.DATABASE)
        guids = [one.guid for one in news]
        if set(guids) & set(self.bad):
            raise ValueError("It cannot be stored.")
        self.batches.append(guids)


async def all_of(store: Store, count: int) -> list[BaseException | None]:
    """What each of so many hears that arrive while the first is being stored."""
    gathering = Gathering(store)
    waiting = [asyncio.create_task(gathering.store(new(number))) for number in range(count)]
    await asyncio.sleep(0)
    store.gate.set()
    return await asyncio.gather(*waiting, return_exceptions=True)


def test_what_arrives_at_once_is_stored_at_once() -> None:
    store = Store()

    heard = asyncio.run(all_of(store, 50))

    assert heard == [None] * 50
    assert [len(batch) for batch in store.batches] == [50]


def test_what_arrives_meanwhile_is_stored_together() -> None:
    store = Store()
    gathering = Gathering(store)

    async def arriving() -> None:
        first = asyncio.create_task(gathering.store(new(1)))
        while not gathering._storing:
            await asyncio.sleep(0)
        await asyncio.sleep(0.01)  # the first is with the store now
        rest = [asyncio.create_task(gathering.store(new(number))) for number in (2, 3)]
        await asyncio.sleep(0)
        store.gate.set()
        await asyncio.gather(first, *rest)

    asyncio.run(arriving())

    assert sorted(store.batches) == [["guid-1"], ["guid-2", "guid-3"]]  # two are under way


def test_while_the_database_is_away_everybody_hears_it() -> None:
    store = Store()
    store.is_away = True

    heard = asyncio.run(all_of(store, 3))

    assert [str(one) for one in heard] == ["PostgreSQL is away."] * 3


def test_one_that_cannot_be_stored_keeps_no_other_from_it() -> None:
    store = Store(bad=["guid-1"])

    heard = asyncio.run(all_of(store, 3))

    assert [type(one) for one in heard] == [type(None), ValueError, type(None)]
    assert store.batches == [["guid-0"], ["guid-2"]]


def test_who_went_away_meanwhile_harms_nobody() -> None:
    store = Store()
    gathering = Gathering(store)

    async def leaving() -> None:
        gone = asyncio.create_task(gathering.store(new(1)))
        stays = asyncio.create_task(gathering.store(new(2)))
        await asyncio.sleep(0)
        gone.cancel()
        store.gate.set()
        await stays

    asyncio.run(leaving())

    assert store.batches == [["guid-1", "guid-2"]]


@pytest.mark.parametrize(
    ("sizes", "count"),
    [
        ([2], 1),
        ([2] * (AT_ONCE + 5), AT_ONCE),
        ([BYTES_AT_ONCE + 1, 2], 1),
        ([BYTES_AT_ONCE - 1, 1, 1], 2),
    ],
)
def test_a_transaction_has_an_end(sizes: list[int], count: int) -> None:
    assert how_many([new(number, bytes(size)) for number, size in enumerate(sizes)]) == count
