"""The long measurements: `python -m tests.bench [name...] [--json] [--scale N]`."""
