"""GitHub: webhooks in, the REST API out."""
