"""Two months of a repository's runs, as statements that lay them out at once."""

from datetime import timedelta

RUNS, CASES, FAILING_EVERY = 60, 1_200, 40
HOURS_APART = 24  # so that the runs' executions lie in several partitions

FILL = (
    """
    INSERT INTO run (repo_id, run_id, attempt, workflow, event, status, conclusion, head_sha, code,
                     branch, branch_class, is_trusted, actor, started_at, url)
    SELECT :repo, n, 1, 'tests', 'push', 'completed', 'failure', md5(n::text), md5(n::text),
           'main', 'default', true, 'mona', CAST(:now AS timestamptz) - n * :apart, ''
    FROM generate_series(1, :runs) AS n
    """,
    """
    INSERT INTO report (repo_id, run_id, attempt, variant, digest, path, size_bytes, at, cases,
                        executions, passed, failed, errored, skipped, flaky, warnings, received_at,
                        source)
    SELECT repo_id, run_id, 1, 'unit', decode(md5(run_id::text), 'hex'), 'junit.xml', 1, started_at,
           0, 0, 0, 0, 0, 0, 0, '[]', started_at, 'artifact'
    FROM run WHERE repo_id = :repo
    """,
    """
    INSERT INTO case_ (repo_id, case_id, identity_version, suite, classname, name, parameters,
                       properties, first_seen_at)
    SELECT :repo, md5('case' || n)::uuid, 1, 'unit', 'Cart', 'case ' || n, '', '{}', :now
    FROM generate_series(1, :cases) AS n
    """,
    """
    INSERT INTO execution (repo_id, case_id, report_id, at, keep_until, nth, outcome)
    SELECT report.repo_id, md5('case' || n)::uuid, report_id, report.at,
           report.at + interval '90 days', 1,
           CASE WHEN (n + run_id) % :failing = 0 THEN 2 ELSE 1 END
    FROM report, generate_series(1, :cases) AS n WHERE report.repo_id = :repo
    """,
    """
    INSERT INTO occurrence (repo_id, case_id, report_id, at, keep_until, nth, message, signature)
    SELECT repo_id, case_id, report_id, at, keep_until, nth, 'no', decode(md5('no'), 'hex')
    FROM execution WHERE outcome = 2
    """,
    """
    INSERT INTO case_state (repo_id, case_id, state, score, rate, rate_low, rate_high, runs,
                            failures, flakes, last_seen_at, evidence, algorithm_version,
                            updated_at)
    SELECT repo_id, case_id, CASE WHEN name LIKE '%7' THEN 'flaky' ELSE 'healthy' END, 0.5, 0, 0,
           0, 1, 1, 1, :now, '[]', 1, :now
    FROM case_ WHERE repo_id = :repo
    """,
    """
    INSERT INTO scorer (repo_id, generation, name, version, told, is_current, made_at)
    VALUES (:repo, 1, 'evidence', '1', '{}', true, :now)
    """,
    """
    INSERT INTO scorer_case (repo_id, generation, case_id, memory, told, jobs, is_held)
    SELECT repo_id, 1, case_id, '{}', '{}',
           CASE WHEN name LIKE '%77' THEN ARRAY['unit'] ELSE '{}' END, name LIKE '%97'
    FROM case_ WHERE repo_id = :repo
    """,
    """
    UPDATE report SET observed_at = :now, case_set = '\\x01' WHERE repo_id = :repo AND run_id > 1
    """,
    """
    INSERT INTO artifact (repo_id, run_id, attempt, digest, case_id, kind, name, at, keep_until)
    SELECT execution.repo_id, run_id, 1, uuid_send(case_id), case_id, 'log', 'log', report.at,
           execution.keep_until
    FROM execution JOIN report USING (repo_id, report_id) WHERE outcome = 2
    """,
    """
    INSERT INTO measurement (repo_id, run_id, attempt, variant, source, name, value, unit, at)
    SELECT repo_id, run_id, 1, 'unit', 'coverage.xml', 'coverage.' || n, n, 'lines', started_at
    FROM run, generate_series(1, 50) AS n
    """,
)

VALUES = {
    "runs": RUNS,
    "cases": CASES,
    "failing": FAILING_EVERY,
    "apart": timedelta(hours=HOURS_APART),
}
