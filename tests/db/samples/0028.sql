-- A reply that is said in the channel, too.

INSERT INTO outbox (repo_id, case_id, channel, once, text, at, is_loud) VALUES
  (1, '00000000-0000-0000-0000-0000000000c1', 'C1', 'act:9', 'It turned broken.', '2026-10-05Z',
   true);
