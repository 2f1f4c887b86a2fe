-- A history that is being read back.

INSERT INTO backfill (repo_id, since, floor, upto, asked_at, runs, reports, is_stale) VALUES
  (1, '2026-09-01Z', '2026-09-01Z', '2026-09-20Z', '2026-10-01Z', 12, 11, true);
