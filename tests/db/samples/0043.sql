-- A case's file with the commit that changed it last, and one that no commit is known to change.

INSERT INTO file_commit (repo_id, file, sha, asked_at)
SELECT repo_id, file, sha, '2026-10-05Z' FROM repository
CROSS JOIN (VALUES ('tests/test_cart.py', 'aa'), ('generated.py', NULL)) AS told(file, sha);
