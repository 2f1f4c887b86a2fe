"""A run's artifacts become stored reports, each exactly once."""
