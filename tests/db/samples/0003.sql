-- 0003 makes no table.
SELECT 1;
