"""Everything that is stored and said, in a form in which equal means the same happened."""

import json
import re
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Table, text
from sqlmodel import SQLModel

from app.db.session import Engine, Session, unit_of_work
from tests.stories.twins import PULL, Twin

Portrait = dict[str, list[str]]

# What the clock and the sequences give: no two days are alike in it.
PASSING = frozenset(
    {
        "answer_id",
        "asked_at",
        "repo_id",
        "report_id",
        "job_id",
        "change_id",
        "quarantine_id",
        "event_id",
        "message_id",
        "notice_id",
        "outside_id",
        "channel",
        "handle",
        "once",
        "ts",
        "digest",
        "case_set",
        "request_id",
        "clustered_at",
        "decided_at",
        "fetched_at",
        "first_report_at",
        "first_seen_at",
        "folded_at",
        "found_at",
        "evaluated_at",
        "ingested_at",
        "made_at",
        "members",  # of a set of cases, in the order of ids that are this twin's own
        "observed_at",
        "opened_at",
        "read_at",
        "received_at",
        "sent_at",
        "since",
        "told_at",
        "took_ms",
        "until",
        "used_at",
        "updated_at",
        "variant_id",
        "written_at",
    }
)
# Their `at` is when it was said.
AT_BY_THE_CLOCK = frozenset(
    {
        "answer",
        "audit_event",
        "chat_notice_case",
        "claim",
        "outbox",
        "quarantine_event",
        "wished_run",
    }
)
BEGAN_BY_THE_CLOCK = frozenset({"chat_notice"})
TICKING = ("lease", "scheduled")  # what cron writes of itself


def is_sum(table: Table) -> bool:
    """Whether cron folds it from what is told: what it holds says when it was folded last."""
    return table.name.endswith("_rollup") or table.name.startswith("cluster")


def of_repositories() -> list[Table]:
    """The tables of what is stored of repositories."""
    found = SQLModel.metadata.sorted_tables
    return [table for table in found if "repo_id" in table.columns and not is_sum(table)]


def portrait(twin: Twin) -> Portrait:
    """What is stored of a twin and said about it, with nothing in it that is only this twin's."""
    names = _names(twin)
    found = {
        table.name: sorted(_plain(row, names) for row in _rows(twin, table))
        for table in of_repositories()
    }
    github = twin.stage.world.github
    comments = github.comments_on(github.repository(twin.repo), PULL)
    return found | {
        "check runs": [_said(one, CHECK, names) for one in twin.checks()],
        "comments": [_said(one, COMMENT, names) for one in comments if one.by_app],
        "messages": [_said(one, MESSAGE, names) for one in twin.messages()],
        "messages about many": sorted(_said(one, MESSAGE, names) for one in twin.notices()),
        "heard": sorted({_plain_text(one, names) for one in twin.heard()}),
    }


CHECK = ("name", "status", "conclusion", "title", "summary", "text", "annotations", "actions")
COMMENT = ("body", "number")
MESSAGE = ("text", "blocks", "by_bot")


def everything(engine: Engine) -> Portrait:
    """The whole database, but for what ticks by itself: cron's own rows, and what it sums up."""
    with unit_of_work(engine) as session:
        return {
            table.name: sorted(_line(row) for row in _all(session, table))
            for table in SQLModel.metadata.sorted_tables
            if table.name not in TICKING and not is_sum(table)
        }


def _names(twin: Twin) -> list[tuple[str, str]]:
    """What is this twin's own, with what every twin calls it; longest first."""
    with unit_of_work(twin.stage.engine) as session:
        cases = session.execute(
            text("SELECT case_id, name FROM case_ WHERE repo_id = :repo"), {"repo": twin.repo_id}
        ).all()
    found = {twin.repo: "TWIN", f"flakeguard:{twin.repo_id} ": "flakeguard:ID "}
    for case_id, name in cases:
        found |= {str(case_id): name, case_id.hex: name}
    for number, run in enumerate(twin.runs, start=1):
        found[str(run.id)] = f"RUN{number}"
        jobs = [job for attempt in run.attempts for job in attempt.jobs]
        found |= {f"job/{job.id}": f"job/{place}" for place, job in enumerate(jobs)}
    return sorted(found.items(), key=lambda pair: -len(pair[0]))


def _rows(twin: Twin, table: Table) -> Iterable[Mapping[str, Any]]:
    passing = PASSING | ({"at"} if table.name in AT_BY_THE_CLOCK else frozenset())
    passing |= {"began_at"} if table.name in BEGAN_BY_THE_CLOCK else frozenset()
    with unit_of_work(twin.stage.engine) as session:
        rows = session.execute(table.select().where(table.c.repo_id == twin.repo_id)).mappings()
        return [{name: row[name] for name in row if name not in passing} for row in rows]


def _all(session: Session, table: Table) -> Iterable[Mapping[str, Any]]:
    rows = session.execute(table.select()).mappings()
    return [{name: row[name] for name in row if name != "folded_at"} for row in rows]


def _said(thing: object, names: Iterable[str], own: list[tuple[str, str]]) -> str:
    return _plain({name: getattr(thing, name) for name in names}, own)


def _plain(row: Mapping[str, Any], names: list[tuple[str, str]]) -> str:
    return _plain_text(_line(row), names)


def _plain_text(said: str, names: list[tuple[str, str]]) -> str:
    for own, common in names:
        if own.isdigit():  # whole numbers alone: a probability may hold the same digits
            said = re.sub(rf"(?<![\d.]){own}(?!\d)", common, said)
        else:
            said = said.replace(own, common)
    said = re.sub(r"check_suite_focus=\w+|/runs/\d+", "", said)
    said = re.sub(r'"value": "[^"]+"', '"value": "HANDLE"', said)
    said = re.sub(r'"(until|since)": "20[^"]+"', r'"\1": "A MOMENT"', said)
    said = re.sub(r'"quarantine": \d+', '"quarantine": ID', said)
    said = re.sub(r'\\"[0-9a-f]{32}\\"', "A SET", said)
    said = re.sub(r'\\"[0-9a-f]{12}\\"', "A MARK", said)  # of an observation, its run's id in it
    said = re.sub(r"> \d{4}-\d\d-\d\d \d\d:\d\d UTC: ", "> A MINUTE: ", said)  # of an answer
    return re.sub(r"until \d{4}-\d\d-\d\d", "until A DAY", said)


def _line(row: Mapping[str, Any]) -> str:
    return json.dumps(row, sort_keys=True, default=_as_text, ensure_ascii=False)


def _as_text(value: object) -> str:
    if isinstance(value, bytes):
        return value.hex()
    return value.isoformat() if isinstance(value, datetime) else str(value)
