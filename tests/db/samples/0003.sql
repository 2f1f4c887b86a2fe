-- A screenshot, a measurement, and a case that was renamed.

INSERT INTO artifact (repo_id, run_id, attempt, digest, report_id, case_id, kind, name, link,
                      archive, path, size_bytes, at, keep_until) VALUES
  (1, 7001, 1, '\x10', 1, '00000000-0000-0000-0000-0000000000c1', 'screenshot', 'shot.png', NULL,
   'results', 'shot.png', 300, '2026-10-01Z', '2026-10-08Z');
INSERT INTO measurement (repo_id, run_id, attempt, variant, source, name, value, unit, at) VALUES
  (1, 7001, 1, 'test', 'coverage.xml', 'coverage.lines.total', 120, 'lines', '2026-10-01Z');
INSERT INTO case_alias (repo_id, old_case_id, new_case_id, state, likeness, head_sha,
                        proposed_at) VALUES
  (1, '00000000-0000-0000-0000-0000000000c1', '00000000-0000-0000-0000-0000000000c2', 'proposed',
   0.9, 'aa', '2026-10-01Z');
