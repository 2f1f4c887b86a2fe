-- A token, what it handed in, and one that was refused.

INSERT INTO project_token (repo_id, digest, name, created_at) VALUES
  (1, '\x09', 'Jenkins', '2026-10-01Z');
INSERT INTO upload (repo_id, token_id, source, received_at, request_id, size_bytes, run_id, attempt,
                    variant, digest, reports, told, warnings, refusal) VALUES
  (1, 1, 'jenkins', '2026-10-01Z', 'r2', 300, 7001, 1, 'test', '\x01', '[]', '{}', '[]', NULL),
  (1, 1, 'jenkins', '2026-10-01Z', 'r3', 3, NULL, NULL, 'test', NULL, '[]', '{}', '[]',
   'It is cut off.');
