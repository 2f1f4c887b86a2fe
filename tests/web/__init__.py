"""Pages, looked at through real HTTP semantics, a real database and a real browser."""
