"""The sentences about what fails alike: clusters, kinds of trouble, outages."""

from app.core.categories import Categorized, Category, Place
from app.render.words import counted

_KINDS = {
    Category.TIMEOUT: "a time-out",
    Category.NETWORK: "trouble with the network",
    Category.RESOURCE: "a resource that ran out or leaked",
    Category.CONCURRENCY: "trouble with concurrency",
    Category.ENVIRONMENT: "something that the environment lacks",
    Category.ORDER: "something left over by another test",
    Category.RANDOM: "random data",
    Category.CLOCK: "the clock or a date",
    Category.ASSERTION: "an assertion",
}


def category_sentence(found: Categorized) -> str:
    """Why a failure is of its kind: The message names a time-out: “TimeoutError”."""
    where = "exception's type" if found.place is Place.TYPE else "message"
    return f"The {where} names {_KINDS[found.category]}: “{found.words}”."


def same_error(others: int) -> str:
    """That other tests fail with the same error; "" when none does."""
    return f"Same error as {counted(others, 'other test')}." if others else ""


def cluster_spread(*, failures: int, cases: int, jobs: int) -> str:
    """How far a cluster reaches: `12 failures of 4 cases in 2 jobs`."""
    return f"{counted(failures, 'failure')} of {counted(cases, 'case')} in {counted(jobs, 'job')}"
