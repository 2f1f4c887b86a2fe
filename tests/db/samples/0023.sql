-- A storm that a case is in.

INSERT INTO storm (repo_id, channel, began_at, handle) VALUES (1, 'C1', '2026-10-04Z', '1-storm');
INSERT INTO storm_case (repo_id, case_id, channel, began_at) VALUES
  (1, '00000000-0000-0000-0000-0000000000c1', 'C1', '2026-10-04Z');
