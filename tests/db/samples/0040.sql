-- A channel that was told what its repository's quarantine was worth.

UPDATE subscription SET report_day = '2026-10-05';
