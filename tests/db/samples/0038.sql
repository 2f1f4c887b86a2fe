-- A delivery that was asked for again.

INSERT INTO asked_again (guid, sent_at, asked_at) VALUES ('g-1', '2026-10-01Z', '2026-10-02Z');
