"""Stored reports, as a scorer is told of them."""
