"""Use cases: load, decide in the core, write, say what follows."""
