-- A step of a quarantine, a run of its proof, a case's owner, a correction and a notice.

INSERT INTO quarantine_event (repo_id, quarantine_id, case_id, event, was, now, at, actor, why,
                              until, evidence, request_id) VALUES
  (1, 1, '00000000-0000-0000-0000-0000000000c1', 'approved', 'proposed', 'active',
   '2026-10-01Z', '@nadia', 'Held for flaky.', '2026-10-31Z', '{"score": 0.9}', 'r1');
INSERT INTO proof_run (repo_id, quarantine_id, run_id, case_id, is_clean, at) VALUES
  (1, 1, 7001, '00000000-0000-0000-0000-0000000000c1', false, '2026-10-01Z');
INSERT INTO case_care (repo_id, case_id, owner, muted_until, stable_since, stable_sha) VALUES
  (1, '00000000-0000-0000-0000-0000000000c1', '@acme/checkout', '2026-10-09Z', NULL, NULL);
INSERT INTO feedback (repo_id, case_id, at, kind, actor, p_flaky, algorithm_version,
                      audit_event_id) VALUES
  (1, '00000000-0000-0000-0000-0000000000c1', '2026-10-01Z', 'not_flaky', '@nadia', 0.9, 1, 1);
INSERT INTO notice (repo_id, case_id, once, kind, owner, text, at) VALUES
  (1, '00000000-0000-0000-0000-0000000000c1', 'ends:1:2026-10-31', 'ends', '@acme/checkout',
   'Its quarantine ends on 2026-10-31.', '2026-10-28Z');
