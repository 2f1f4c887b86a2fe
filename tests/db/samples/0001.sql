-- One row in every table of 0001, so that every later migration meets data.

CREATE TABLE execution_2026_11 PARTITION OF execution
  FOR VALUES FROM ('2026-11-01') TO ('2026-12-01');
CREATE TABLE occurrence_2026_11 PARTITION OF occurrence
  FOR VALUES FROM ('2026-11-01') TO ('2026-12-01');

INSERT INTO installation VALUES (11, 'acme', NULL, NULL, '2026-10-01Z');
INSERT INTO repository VALUES
  (1, 'github', 'acme/shop', 'main', 11, true, '{}', '2026-10-01Z', NULL, '2026-10-01Z');
INSERT INTO pull_request VALUES
  (1, 12, 'Round prices', 'nadia', 'open', 'aa', 'round', 'acme/shop', 'main', 'bb', false,
   '2026-10-01Z');
INSERT INTO identity_link VALUES ('T1', 'U1', 'nadia', '2026-10-01Z');

INSERT INTO run VALUES
  (1, 7001, 1, 'CI', 'pull_request', 'completed', 'failure', 'aa', 'bb', 'aa+bb', 'round',
   'pull_request', 12, true, 'nadia', '2026-10-01Z', '2026-10-01 00:02Z', 'https://github.test/1',
   'acme/shop', '2026-10-01 00:03Z', '2026-10-01 00:04Z');
INSERT INTO job VALUES
  (1, 7001, 1, 81, 'test', 'completed', 'failure', '2026-10-01Z', '2026-10-01 00:02Z',
   'https://github.test/81');
INSERT INTO report (repo_id, report_id, run_id, attempt, variant, job_id, digest, path, size_bytes,
                    format, at, cases, executions, passed, failed, errored, skipped, flaky,
                    duration_ms, case_set, warnings, refusal, folded_at, received_at)
OVERRIDING SYSTEM VALUE VALUES
  (1, 1, 7001, 1, 'test', 81, '\x01', 'junit.xml', 300, 'pytest', '2026-10-01Z', 1, 1, 0, 1, 0, 0,
   0, 10, '\x02', '["odd"]', NULL, NULL, '2026-10-01Z'),
  (1, 2, 7001, 1, 'test', 81, '\x03', 'broken.xml', 3, NULL, '2026-10-01Z', 0, 0, 0, 0, 0, 0, 0,
   NULL, NULL, '[]', 'It is cut off.', NULL, '2026-10-01Z');
INSERT INTO case_ VALUES
  (1, '00000000-0000-0000-0000-0000000000c1', 1, 'pytest', 'tests.test_cart', 'test_total', '',
   'tests/test_cart.py', 3, '{}', '2026-10-01Z');
INSERT INTO case_set VALUES (1, '\x02', 1, '2026-10-01Z');
INSERT INTO execution VALUES
  (1, '00000000-0000-0000-0000-0000000000c1', 1, '2026-10-01Z', '2026-11-05Z', 1, 2, 10, 1, 1,
   'failure', 'chromium');
INSERT INTO occurrence VALUES
  (1, '00000000-0000-0000-0000-0000000000c1', 1, '2026-10-01Z', '2026-11-05Z', 1, 'chromium',
   'AssertionError', '3 != 4', 'at line 3', '4', '3', 'hello', '\x04');

INSERT INTO verdict VALUES
  (1, '00000000-0000-0000-0000-0000000000c1', 'aa+bb', 'test', 'failed', 0, 1, '2026-10-01Z',
   '2026-10-01Z', true, 1);
INSERT INTO finding VALUES
  (1, 7001, 1, '00000000-0000-0000-0000-0000000000c1', 'test', 'new', 0.04, '[]', 1,
   '2026-10-01Z');
INSERT INTO case_state VALUES
  (1, '00000000-0000-0000-0000-0000000000c1', 'flaky', 0.9, 0.1, 0.05, 0.2, 40, 4, 3,
   '2026-09-01Z', '2026-09-30Z', '2026-10-01Z', '2026-10-01Z', NULL, '[]', 1, '2026-10-01Z');
INSERT INTO state_change (repo_id, case_id, was, now, at, why) VALUES
  (1, '00000000-0000-0000-0000-0000000000c1', 'suspect', 'flaky', '2026-09-01Z', 'contradicted');
INSERT INTO quarantine (repo_id, case_id, state, reason, decided_by, since, evidence_at, until)
VALUES
  (1, '00000000-0000-0000-0000-0000000000c1', 'active', 'Held for flaky.', '@nadia',
   '2026-10-01Z', '2026-09-30Z', '2026-10-31Z');
INSERT INTO audit_event (repo_id, at, actor, surface, act, case_id, before, after, request_id)
VALUES
  (1, '2026-10-01Z', '@nadia', 'slack', 'quarantine', '00000000-0000-0000-0000-0000000000c1',
   '{"state": null}', '{"state": "active"}', 'r1');

INSERT INTO publication VALUES
  (1, 'check', 'aa', 501, '\x05', '{"cases": []}', '2026-10-01Z', '2026-10-01Z', NULL),
  (1, 'comment', '12', NULL, NULL, '{}', '2026-10-01Z', NULL, 'GitHub was away.');
INSERT INTO subscription VALUES (1, 'T1', 'C1', '2026-10-01Z');
INSERT INTO thread VALUES
  (1, '00000000-0000-0000-0000-0000000000c1', 'C1', '1-abc', '1759276800.000100', '\x06',
   '2026-10-01Z');
INSERT INTO outbox (repo_id, case_id, channel, once, text, at, sent_at, ts) VALUES
  (1, '00000000-0000-0000-0000-0000000000c1', 'C1', 'act:1', 'Quarantined.', '2026-10-01Z', NULL,
   NULL);

INSERT INTO delivery (source, guid, event, body, request_id, received_at) VALUES
  ('github', 'd1', 'workflow_run', '{}', 'r1', '2026-10-01Z');
INSERT INTO task (kind, key, queue, arguments, wanted, done, due_at, tries, parked_at, error,
                  error_kind, request_id, delivery_id, asked_at) VALUES
  ('take_delivery', '1', 'run', '{"delivery_id": 1}', 2, 1, '2026-10-01Z', 3, '2026-10-01Z',
   'It failed.', 'processing', 'r1', 1, '2026-10-01Z');
INSERT INTO breaker VALUES ('github', 5, '2026-10-01Z');
INSERT INTO lease VALUES ('cron', 'host:1', '2026-10-01Z');
INSERT INTO scheduled VALUES ('make_partitions', '2026-10-01Z', 5, NULL);
INSERT INTO web_session VALUES ('\x07', 'admin', '2026-10-01Z', '2026-10-01Z');
INSERT INTO sign_in_link VALUES ('\x08', '2026-10-02Z', NULL);
