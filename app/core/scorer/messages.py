"""What a failure's message says: whether it is one that this case's flakes usually have."""

from collections.abc import Mapping, Sequence
from functools import lru_cache

from app.core.history.records import Execution
from app.core.outcomes import Failure
from app.core.scorer import assumptions as assumed
from app.core.scorer.state import CaseState
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


def weight_at_once(
    sign: str,
    known: CaseState | None,
    common: Mapping[str, int],
    *,
    is_lone: bool,
    is_repeated: bool,
) -> float:
    """The same for a failure that nothing contradicts yet.

    There it is no excuse for a message none of the case's flakes had that common causes have it,
    too: those, and the bugs that fail many cases, are what it may be. What weaker evidence said
    counts, too. `is_lone`: it fails alone, far from the change, and not for many others.
    `is_repeated`: the same change failed it before, as its own bug would.
    """
    own = known.messages if known else {}
    likelier = weight(sign, own, common)
    if not sign or known is None:
        return likelier
    if sign in own:
        return likelier * assumed.MESSAGE_LONE if is_lone else likelier
    if sign in known.hints:
        return _hinted(likelier, known, is_lone=is_lone, is_repeated=is_repeated)
    if own:
        return min(likelier, unseen(own))
    return assumed.MESSAGE_UNHINTED if known.hints else likelier


def _hinted(likelier: float, known: CaseState, *, is_lone: bool, is_repeated: bool) -> float:
    """The weight of a message that failures had which may have been flakes."""
    is_sure = known.episodes >= assumed.FLAGGED_EPISODES
    if not is_lone or (is_repeated and not is_sure):
        return min(1.0, likelier)
    return assumed.MESSAGE_SAME if is_sure else assumed.MESSAGE_HINTED


def unseen(own: Mapping[str, int]) -> float:
    """How likely a flake's next message is none of its own so far: as many came only once.

    Where all came again, the more flakes said so the less likely is another one.
    """
    once, flakes = sum(count == 1 for count in own.values()), sum(own.values())
    fresh = max(once, min(1.0, assumed.MESSAGES_ALIKE / flakes))
    return min(assumed.MESSAGE_OTHER, fresh / (flakes + 2))
