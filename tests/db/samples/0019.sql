-- A workspace that installed the app.

INSERT INTO chat_workspace
  (team_id, name, sealed, version, scopes, bot_user, installed_at, installed_by) VALUES
  ('T1', 'Acme', 'sealed', 1, '{chat:write}', 'U1', '2026-10-01Z', 'admin');
