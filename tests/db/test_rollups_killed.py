"""A process that folds is killed, again and again, at moments nobody chose."""

import random
import signal
import subprocess
import sys
import time
from datetime import timedelta

from app.clock import utc_now
from app.core.rollups import Grain, Span
from app.db import rollups
from app.db.session import Engine, unit_of_work
from app.services.rollups import fold_days, fold_repository
from tests.commands.world import ROOT
from tests.db.sums import REPO, Reports, recount, told

NOW = utc_now()
FOLDER = f"""
import sys
from datetime import datetime, timedelta
from app.db import fold
from app.db.session import engine_for
from app.services.rollups import fold_days, fold_repository
fold.REPORTS_AT_ONCE = 1
fold.DAYS_AT_ONCE = 1
engine = engine_for(sys.argv[1])
now = datetime.fromisoformat(sys.argv[2])
print("ready", flush=True)
while True:
    fold_repository(engine, {REPO}, now=now)
    fold_days(engine, now=now)
"""
KILLS = 6


def test_however_often_a_fold_is_killed_each_execution_is_in_the_sums_once(
    engine: Engine,
) -> None:
    reports = Reports(engine, NOW)
    reports.open()
    chance = random.Random()
    for _ in range(KILLS):
        reports.some(8)
        fold_until_killed(engine, after=chance.uniform(0, 0.15))
        assert_equal_to_a_recount(engine)

    fold_repository(engine, REPO, now=NOW)
    fold_days(engine, now=NOW)
    assert_equal_to_a_recount(engine)


def fold_until_killed(engine: Engine, *, after: float) -> None:
    url = engine.url.render_as_string(hide_password=False)
    with subprocess.Popen(
        [sys.executable, "-c", FOLDER, url, NOW.isoformat()],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        time.sleep(after)
        process.send_signal(signal.SIGKILL)
    assert process.returncode == -signal.SIGKILL


def assert_equal_to_a_recount(engine: Engine) -> None:
    with unit_of_work(engine) as session:
        for grain in Grain:
            span = Span(REPO, grain, NOW - timedelta(days=10), NOW + timedelta(days=1))
            found = rollups.repository_trend(session, span)
            assert told(found) == recount(engine, REPO, grain)
