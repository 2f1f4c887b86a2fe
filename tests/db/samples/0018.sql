-- A repository that was asked what is new, of an installation that lacks a permission.

UPDATE repository SET polled_at = '2026-10-05Z';
UPDATE installation SET permissions = '{"actions": "write", "checks": "read"}';
