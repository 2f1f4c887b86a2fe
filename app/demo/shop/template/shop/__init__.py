"""A small shop for lamps and tools."""
