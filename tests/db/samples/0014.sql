-- A check run that waits for its workflow.

UPDATE publication SET waiting_since = '2026-10-04Z' WHERE surface = 'check';
