-- A message about many cases that speaks of one, and a reply below it.

INSERT INTO chat_notice (repo_id, notice_id, kind, channel, handle, began_at)
  OVERRIDING SYSTEM VALUE VALUES (1, 1, 'proposals', 'C1', '1-notice', '2026-10-05Z');
INSERT INTO chat_notice_case (repo_id, notice_id, case_id, nth, at) VALUES
  (1, 1, '00000000-0000-0000-0000-0000000000c1', 1, '2026-10-05Z');
INSERT INTO outbox (repo_id, notice_id, channel, once, text, at) VALUES
  (1, 1, 'C1', 'notice:1:also:1', 'Also proposed for quarantine: adds.', '2026-10-05Z');
