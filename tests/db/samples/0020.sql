-- Somebody who may only read pressed a button.

INSERT INTO answer (repo_id, once, head_sha, text, at)
  SELECT repo_id, 'click:1', key, '@guest may not write to acme/shop, so nothing was changed.', '2026-10-04Z'
  FROM publication WHERE surface = 'check';
