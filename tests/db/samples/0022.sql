-- A channel outside Slack.

INSERT INTO outlet (name, kind, sealed, accounts, added_at) VALUES
  ('builds', 'mattermost', 'sealed', '{acme}', '2026-10-01Z');
