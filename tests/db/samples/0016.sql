-- A chat user on the way to GitHub, and a channel that wants to hear less than all.

UPDATE identity_link SET user_id = 583231;
UPDATE subscription SET kinds = '{flaky,broken}', path = 'src/*', bound_by = 'octocat';
INSERT INTO chat_link (digest, team_id, chat_user, user_name, team_name, expires_at) VALUES
  ('\x01', 'T1', 'U1', 'ann', 'Acme', '2026-10-05Z');
