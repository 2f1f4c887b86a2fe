-- A channel with a time zone, quiet hours and a daily digest, told once.

INSERT INTO chat_preference (team_id, place, tells, zone, quiet_from, quiet_until, digest) VALUES
  ('T1', 'C1', true, 'Europe/Berlin', '22:00', '07:00', 'daily');
UPDATE subscription SET digest_day = '2026-10-05';
