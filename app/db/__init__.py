"""All SQL, one file per noun; functions return core records, not rows."""
