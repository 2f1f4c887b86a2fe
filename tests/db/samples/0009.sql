-- What the scorer remembers of a repository and of one case, and a set of cases that a job ran.

INSERT INTO scorer (repo_id, generation, name, version, part, told, is_current, made_at) VALUES
  (1, 1, 'evidence', '1', '{}', '{}', true, '2026-10-01Z');
INSERT INTO scorer_case (repo_id, generation, case_id, memory, told, jobs, is_held) VALUES
  (1, 1, '00000000-0000-0000-0000-0000000000c1', '{}', '{}', '{unit}', false);
INSERT INTO observed_set (repo_id, digest, cases, is_crowded, files, members, made_at) VALUES
  (1, '\x0a', 0, false, '[]', '\x', '2026-10-01Z');
