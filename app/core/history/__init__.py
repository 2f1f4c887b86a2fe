"""A repository's test history in the exchange format: what `export` writes and `backtest` reads."""
