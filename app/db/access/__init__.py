"""Who may come in, and the secrets, sealed."""
