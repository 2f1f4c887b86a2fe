-- A trial that is put aside, as text.

UPDATE policy_proposal SET trial = '{"of": ["cc", ""], "after": ["2026-10-05T00:00:00+00:00", 7]}';
