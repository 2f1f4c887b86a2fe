-- A cluster with all that belongs to it, an outage, and a message about it.

INSERT INTO cluster (repo_id, said, words, category, category_words, category_place, example_type,
                     example_message, example_trace, example_case, name, issue_url, merged_into,
                     failures, first_seen_at, last_seen_at, created_at) VALUES
  (1, 'TimeoutError: no', 'timeouterror no', 'time-out', 'TimeoutError', 'type', 'TimeoutError', 'no',
   NULL, '00000000-0000-0000-0000-0000000000c1', 'Slow mail', 'https://github.test/i/1', NULL, 1,
   '2026-10-01Z', '2026-10-01Z', '2026-10-01Z');
INSERT INTO cluster_signature VALUES (1, '\x04', 1, 2, 'timeouterror no', '2026-10-01Z');
INSERT INTO cluster_band VALUES (1, 0, 4711, 0, '\x04');
INSERT INTO cluster_case VALUES
  (1, 1, '00000000-0000-0000-0000-0000000000c1', 'test', 1, '2026-10-01Z', '2026-10-01Z');
INSERT INTO cluster_day VALUES (1, 1, '2026-10-01', 1);
INSERT INTO outage (repo_id, kind, crowd, began_at, last_at, over_at) VALUES
  (1, 'outage', NULL, '2026-10-01Z', '2026-10-01 00:30Z', NULL);
INSERT INTO outage_case VALUES
  (1, 1, '00000000-0000-0000-0000-0000000000c1', 'test', 'tests');
INSERT INTO outage_run VALUES (1, 1, 7001, 1, 12, '2026-10-01Z');
INSERT INTO outbox (repo_id, case_id, outage_id, channel, once, text, at, sent_at, ts) VALUES
  (1, NULL, 1, 'C1', 'outage:1:begun', 'One case failed.', '2026-10-01Z', NULL, NULL);
