-- An issue about a flaky case, and a comment below it that waits to be said.

INSERT INTO issue (repo_id, about, topic, opened_by, opened_at, number, url, is_open) VALUES
  (1, 'case', '000000000000000000000000000000c1', '@nadia', '2026-10-02Z', 12,
   'https://github.example/acme/shop/issues/12', true);
INSERT INTO issue_case (repo_id, case_id, issue_id, since) VALUES
  (1, '00000000-0000-0000-0000-0000000000c1', 1, '2026-10-02Z');
INSERT INTO issue_remark (repo_id, issue_id, once, text, mention, at) VALUES
  (1, 1, 'ends:1', 'Its quarantine ends on 2026-10-31.', '@acme/checkout', '2026-10-28Z');
