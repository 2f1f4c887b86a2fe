"""What a failure's message says: whether it is one that this case's flakes usually have."""

from collections.abc import Mapping, Sequence
from functools import lru_cache

from app.core.history.records import Execution
from app.core.outcomes import Failure
from app.core.scorer import assumptions as assumed
from app.core.signatures import signature

SIGN = slice(1, 5)  # bytes of a signature, after its version: by chance alike once in 4e9
SIGNS_CACHED = 20_000  # messages; most failures repeat one


def sign_of(executions: Sequence[Execution]) -> str:
    """A short sign of the last failure's normalised message; empty where it has none."""
    texts = (one.message for one in reversed(executions) if one.outcome.is_failing)
    message = next(texts, None)
    return _sign(message) if message else ""


@lru_cache(maxsize=SIGNS_CACHED)
def _sign(message: str) -> str:
    return signature(Failure(message=message))[SIGN].hex()


def noted(known: Mapping[str, int], sign: str, *, kept: int) -> dict[str, int]:
    """The signs with one more, oldest first; so many are kept."""
    if not sign:
        return dict(known)
    counts = {other: count for other, count in known.items() if other != sign}
    counts[sign] = known.get(sign, 0) + 1
    while len(counts) > kept:
        del counts[next(iter(counts))]
    return counts


def weight(sign: str, own: Mapping[str, int], common: Mapping[str, int]) -> float:
    """How much likelier this message makes a flake of a case with these flakes' messages.

    `common` are the signs that common causes had: they say less. 1 where nothing is known.
    """
    if not sign:
        return 1.0
    is_common = sign in common
    if sign in own:
        return assumed.MESSAGE_SAME if not is_common else assumed.MESSAGE_SAME**0.5
    if is_common:
        return assumed.MESSAGE_COMMON
    return unseen(own) if own else 1.0


def weight_at_once(sign: str, own: Mapping[str, int], common: Mapping[str, int]) -> float:
    """The same for a failure that nothing contradicts yet.

    There it is no excuse for a message none of the case's flakes had that common causes have it,
    too: those, and the bugs that fail many cases, are what it may be.
    """
    likelier = weight(sign, own, common)
    return min(likelier, unseen(own)) if sign and own and sign not in own else likelier


def unseen(own: Mapping[str, int]) -> float:
    """How likely a flake's next message is none of its own so far: as many came only once."""
    once = sum(count == 1 for count in own.values())
    return min(assumed.MESSAGE_OTHER, max(1, once) / (sum(own.values()) + 2))
