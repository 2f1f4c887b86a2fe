-- A channel that a policy names.

INSERT INTO team_channel (repo_id, name, team_id, channel, looked_at) VALUES
  (1, '#payments', 'T1', 'C7', '2026-10-06Z');
