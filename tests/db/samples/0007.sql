-- An App's credentials, somebody who signed in, and an artifact without a report.

INSERT INTO app_credential VALUES ('github', '\x0a', 1, '2026-10-01Z');
INSERT INTO person VALUES (42, 'ann', '\x0b', '2026-10-01Z', NULL);
INSERT INTO visible_repository VALUES (1, 42, 2);
INSERT INTO sign_in_attempt VALUES ('\x0c', 'sign_in', '\x0d', '/', '2026-10-02Z');
INSERT INTO unread_artifact VALUES (1, 7001, 1, 'coverage', '{coverage/index.html}', '2026-10-01Z');
INSERT INTO web_session (digest, login, created_at, seen_at, user_id)
  VALUES ('\x0e', 'ann', '2026-10-01Z', '2026-10-01Z', 42);
