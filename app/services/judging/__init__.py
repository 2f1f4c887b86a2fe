"""Stored reports go through the repository's scorer; what it finds is written down."""
