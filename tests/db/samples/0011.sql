-- A branch that changes the policy.

INSERT INTO policy_proposal (repo_id, branch, sha, text, errors, read_at) VALUES
  (1, 'more', 'cc', 'mode: observe', '[]', '2026-10-03Z');
