-- A run that a delivery told of.

UPDATE run SET told_at = '2026-10-04Z';
