-- A set of cases that was used last long ago.

UPDATE observed_set SET used_at = '2026-10-04Z';
