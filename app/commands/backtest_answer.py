"""A replay's answer as programs read it: one JSON object, written part by part."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from app.core.history.writer import moment
from app.core.policy.names import ScorerName
from app.core.scorer.replay import Checkpoint, Flag, Replay, Said
from app.core.scorer.said import Judged

DECIMALS = 6  # of scores and rates


def answer(told: Sequence[tuple[ScorerName, Replay]]) -> Iterator[str]:
    """The text of one replay's answer, or of several beside each other, in parts.

    No part is longer than what is said of one case, one failure or one checkpoint: a history may
    have more failures than would fit in memory as one text.
    """
    if len(told) == 1:
        yield from _answer(*told[0])
        return
    yield '{"compared": ['
    for number, one in enumerate(told):
        yield ", " if number else ""
        yield from _answer(*one)
    yield "]}"


def _answer(scorer: ScorerName, done: Replay) -> Iterator[str]:
    version, threshold = json.dumps(done.scorer.version), json.dumps(done.scorer.threshold)
    yield f'{{"scorer": "{scorer.value}", "version": {version}, "threshold": {threshold}'
    yield ', "cases": '
    yield from _list(_case(one, done.flags.get(one.case, [])) for one in done.judged())
    yield ', "checkpoints": '
    yield from _list(map(_checkpoint, done.checkpoints))
    yield ', "failures": '
    yield from _list(map(_failure, done.failures))
    yield "}"


def _list(every: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    yield "["
    for number, one in enumerate(every):
        yield (", " if number else "") + json.dumps(one, ensure_ascii=False)
    yield "]"


def _case(one: Judged, flags: Sequence[Flag]) -> dict[str, Any]:
    return {
        "case": one.case,
        "state": one.state.value,
        "score": round(one.score, DECIMALS),
        "rate": round(one.rate, DECIMALS),
        "rate_interval": [round(end, DECIMALS) for end in one.rate_interval],
        "flags": [
            {"from": moment(flag.since), "to": moment(flag.until) if flag.until else None}
            for flag in flags
        ],
    }


def _checkpoint(one: Checkpoint) -> dict[str, Any]:
    scores = {case: round(score, DECIMALS) for case, score in one.scores.items()}
    return {"at": moment(one.at), "scores": scores}


def _failure(one: Said) -> dict[str, Any]:
    return {
        "run": one.run,
        "attempt": one.attempt,
        "job": one.job,
        "case": one.case,
        "verdict": one.cause.value,
        "p_flaky": round(one.p_flaky, DECIMALS),
    }
