"""The demo's shop, its history, and really running it."""
