-- A failure spike that is under way.

INSERT INTO chat_notice (repo_id, notice_id, kind, channel, handle, began_at, facts)
  OVERRIDING SYSTEM VALUE VALUES (1, 31, 'spike', 'C1', '1-spike', '2026-10-06Z',
  '{"changes": 9, "failing": 8, "usual": 0.1}');
