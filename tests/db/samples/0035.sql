-- A run that was read back.

UPDATE run SET is_history = true;
