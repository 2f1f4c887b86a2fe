-- A pull request that names an issue.

UPDATE pull_request SET named_issues = '{#41}';
