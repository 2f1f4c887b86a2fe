-- A commit of the default branch, and what it changes.

INSERT INTO commit (repo_id, sha, author, title, fetched_at) VALUES
  (1, 'aa', 'ada', 'Count again', '2026-10-01Z');
INSERT INTO changed_files (repo_id, head_sha, pr_number, since, files, fetched_at) VALUES
  (1, 'aa', 0, 'a9', '["shop/cart.py"]', '2026-10-01Z');
