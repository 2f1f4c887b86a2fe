-- A policy in force, a later one that is wrong, and a repository without CODEOWNERS.

INSERT INTO policy_snapshot (repo_id, kind, sha, path, text, errors, read_at) VALUES
  (1, 'policy', 'aa', '.flakeguard.yml', 'mode: act', '[]', '2026-10-01Z'),
  (1, 'policy', 'bb', '.flakeguard.yml', 'mod: act',
   '[{"line": 1, "column": 1, "sentence": "There is no key."}]', '2026-10-02Z'),
  (1, 'owners', '', NULL, '', '[]', '2026-10-01Z');
