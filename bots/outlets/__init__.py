"""Channels outside Slack: Mattermost, Microsoft Teams, signed webhooks, e-mail."""
