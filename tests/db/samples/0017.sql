-- A job that is re-run for a flaky case, for the second time now.

INSERT INTO rerun (repo_id, case_id, why, state, wanted, asked_by, asked_at, run_id, job, note) VALUES
  (1, '00000000-0000-0000-0000-0000000000c1', 'person', 'running', 3, '@nadia', '2026-10-02Z',
   7001, 'test', '');
INSERT INTO rerun_attempt (repo_id, run_id, attempt, rerun_id, asked_at, minutes, ended_at, passed)
VALUES
  (1, 7001, 2, 1, '2026-10-02Z', 3.5, '2026-10-02 00:04Z', true),
  (1, 7001, 3, 1, '2026-10-02 00:05Z', 3.5, NULL, NULL);
