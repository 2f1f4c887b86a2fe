-- A run that a delivery told of.

UPDATE run SET told_in = 1;
