-- What an owner is to be told of a case, and somebody who wants to be told nothing.

INSERT INTO owner_notice (repo_id, login, case_id, once, text, at) VALUES
  (1, 'ann', '00000000-0000-0000-0000-0000000000c1', 'act:1', 'Turned flaky.', '2026-10-04Z');
INSERT INTO chat_preference (team_id, place, tells) VALUES ('T1', 'U1', false);
