"""The sandbox's GitHub: what it remembers, what people do there, its REST API and its webhooks."""
