"""Why cases of the shop are flaky, and which circumstances bring each cause out.

Every cause is a real mistake in the shop's code or tests; nothing here makes a test fail. What is
here is the theory of each one: what a CI machine must be like for it to show. The history draws
its circumstances by it, so that each cause shows on several days whatever the seed.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from random import Random

from app.demo.project import Tree, case_functions

SHOP_AHEAD = timedelta(hours=2)  # the shop's clock against UTC, shop/clock.py
CUSTOMERS = 12  # tests/factories.py
CUSTOMER_WITH_APOSTROPHE = 1  # the index in that list whose name HTML escapes

SEED_BITS = 32

# Set order of the words in tests/test_search.py puts the lantern last under these PYTHONHASHSEEDs
# of CPython on 64-bit machines; elsewhere other seeds do, and the case flakes on other runs.
HASH_SEEDS = range(64)
UNLUCKY_HASH_SEEDS = frozenset({0, 2, 13, 15, 17, 18, 19, 20, 32, 34, 46, 53, 63})


class Cause(StrEnum):
    """What makes a case flaky, in words for people."""

    TIME_OUT = "time-out under load"
    RACE = "race between threads"
    RANDOM_ORDER = "random order"
    SHARED_STATE = "shared state"
    LEAKED_PORT = "leaked port"
    CLOCK = "clock near midnight"
    RANDOM_DATA = "unseeded random data"
    HASH_ORDER = "hash order of a set"
    LEFTOVER_FILE = "temporary file left over"


FLAKY: dict[Cause, str] = {
    Cause.TIME_OUT: "tests/test_mail_queue.py::test_mails_leave_in_the_background",
    Cause.RACE: "tests/test_inventory.py::test_two_buyers_cannot_share_the_last_one",
    Cause.RANDOM_ORDER: "tests/test_catalogue.py::test_an_article_is_found_by_its_number",
    Cause.SHARED_STATE: "tests/test_prices.py::test_labels_show_euros",
    Cause.LEAKED_PORT: (
        "tests/test_callbacks.py::test_the_receiver_listens_where_the_provider_calls"
    ),
    Cause.CLOCK: "tests/test_reports.py::test_todays_orders_are_in_todays_takings",
    Cause.RANDOM_DATA: "tests/test_mail.py::test_the_greeting_names_the_customer",
    Cause.HASH_ORDER: "tests/test_search.py::test_suggestions_offer_the_lantern",
    Cause.LEFTOVER_FILE: "tests/test_exports.py::test_orders_are_exported",
}

# The test that leaves something behind, for whoever runs directly after it.
BEFORE = {
    Cause.SHARED_STATE: "test_labels_in_pounds",
    Cause.LEAKED_PORT: "test_a_refused_payment_is_noted",
}
BY_ORDER = frozenset({Cause.RANDOM_ORDER, *BEFORE})


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What one attempt meets on its CI machine; the code under test knows nothing of it."""

    started_at: datetime  # the machine's clock
    order_seed: int
    hash_seed: int
    random_seed: int
    starved: bool  # background threads wait for a core
    crowded: bool  # threads lose their turn in the middle of things
    leftovers: bool  # a cancelled job left its temporary files


def draw(rng: Random, tree: Tree, *, struck: frozenset[Cause], at: datetime) -> Circumstances:
    """Circumstances under which exactly these causes show; the clock goes by `at` alone."""
    return Circumstances(
        started_at=at,
        order_seed=_order_seed(rng, tree, struck & BY_ORDER),
        hash_seed=rng.choice(_hash_seeds(unlucky=Cause.HASH_ORDER in struck)),
        random_seed=_random_seed(rng, unlucky=Cause.RANDOM_DATA in struck),
        starved=Cause.TIME_OUT in struck,
        crowded=Cause.RACE in struck,
        leftovers=Cause.LEFTOVER_FILE in struck,
    )


def causes_shown(circumstances: Circumstances, tree: Tree) -> frozenset[Cause]:
    """The causes that show under these circumstances."""
    shown = {
        Cause.TIME_OUT: circumstances.starved,
        Cause.RACE: circumstances.crowded,
        Cause.LEFTOVER_FILE: circumstances.leftovers,
        Cause.CLOCK: is_late(circumstances.started_at),
        Cause.HASH_ORDER: circumstances.hash_seed in UNLUCKY_HASH_SEEDS,
        Cause.RANDOM_DATA: _has_apostrophe(circumstances.random_seed),
    }
    by_order = _shown_by_order(circumstances.order_seed, _functions_by_cause(tree))
    return by_order | {cause for cause, is_shown in shown.items() if is_shown}


def is_late(at: datetime) -> bool:
    """Whether the shop's calendar is a day ahead of the machine's."""
    return (at + SHOP_AHEAD).date() != at.date()


def _hash_seeds(*, unlucky: bool) -> list[int]:
    return [seed for seed in HASH_SEEDS if (seed in UNLUCKY_HASH_SEEDS) is unlucky]


def _random_seed(rng: Random, *, unlucky: bool) -> int:
    while True:
        seed = rng.getrandbits(SEED_BITS)
        if _has_apostrophe(seed) is unlucky:
            return seed


def _has_apostrophe(seed: int) -> bool:
    """Whether the customer that the greeting's test draws has one in the name."""
    of_the_test = Random(f"{seed}/{FLAKY[Cause.RANDOM_DATA]}")  # noqa: S311 -- test data
    return of_the_test.choice(range(CUSTOMERS)) == CUSTOMER_WITH_APOSTROPHE


def _order_seed(rng: Random, tree: Tree, struck: frozenset[Cause]) -> int:
    functions = _functions_by_cause(tree)
    while True:
        seed = rng.getrandbits(SEED_BITS)
        if _shown_by_order(seed, functions) == struck:
            return seed


def _functions_by_cause(tree: Tree) -> dict[Cause, tuple[str, ...]]:
    return {cause: case_functions(tree[FLAKY[cause].partition("::")[0]]) for cause in BY_ORDER}


def _shown_by_order(seed: int, functions: Mapping[Cause, tuple[str, ...]]) -> frozenset[Cause]:
    return frozenset(cause for cause in BY_ORDER if _shows(cause, seed, functions[cause]))


def _shows(cause: Cause, seed: int, functions: tuple[str, ...]) -> bool:
    """Whether the order of this seed brings the cause out."""
    file, _, victim = FLAKY[cause].partition("::")
    order = sorted(functions, key=lambda name: _place(seed, f"{file}::{name}"))
    at = order.index(victim)
    if cause is Cause.RANDOM_ORDER:
        return at == 0
    return at > 0 and order[at - 1] == BEFORE[cause]


def _place(seed: int, name: str) -> str:
    """Where a test comes in its file: the CI machine's shuffle, ci/weather.py."""
    return hashlib.sha256(f"{seed}/{name}".encode()).hexdigest()
