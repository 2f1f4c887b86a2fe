"""Quarantines: proposed, held, proven healed, and ended."""
