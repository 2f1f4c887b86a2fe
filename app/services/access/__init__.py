"""Who may come in, as whom, and with which secrets."""
