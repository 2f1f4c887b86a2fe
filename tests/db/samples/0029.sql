-- A click that was taken up, and the run that it wanted to run again.

INSERT INTO claim (repo_id, once, at) VALUES (1, 'click:2', '2026-10-04Z');
INSERT INTO wished_run (repo_id, once, run_id, attempt, at)
  VALUES (1, 'click:2', 7, 1, '2026-10-04Z');
