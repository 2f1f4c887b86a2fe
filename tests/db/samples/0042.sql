-- What a change of policy would have decided, and how far the next one is tried.

UPDATE policy_proposal SET tried = '{"of": ["cc", ""], "failures": 3}';
UPDATE policy_proposal SET trial = '{"of": ["cc", ""]}';
