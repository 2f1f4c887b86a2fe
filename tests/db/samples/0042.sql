-- What a change of policy would have decided.

UPDATE policy_proposal SET tried = '{"of": ["cc", ""], "failures": 3}';
