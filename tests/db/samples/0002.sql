-- One row in each of the rollups of 0002.

CREATE TABLE case_rollup_2026_11 PARTITION OF case_rollup
  FOR VALUES FROM ('2026-11-01') TO ('2026-12-01');
CREATE TABLE suite_rollup_2026_11 PARTITION OF suite_rollup
  FOR VALUES FROM ('2026-11-01') TO ('2026-12-01');

INSERT INTO case_rollup (repo_id, grain, starts_at, keep_until, branch_class, variant, shard,
                         in_daily, case_ids, outcomes, bins, counts, sums) VALUES
  (1, 1, '2026-10-01Z', '2026-11-05Z', 'default', 'test', 0, false,
   '{00000000-0000-0000-0000-0000000000c1}', '{2}', '{4}', '{1}', '{10}');
INSERT INTO suite_rollup (repo_id, grain, starts_at, keep_until, branch_class, variant, suite,
                          in_daily, outcomes, bins, counts, sums) VALUES
  (1, 1, '2026-10-01Z', '2026-11-05Z', 'default', 'test', 'pytest', false, '{2}', '{4}', '{1}',
   '{10}');
