"""Slack: clicks in through Bolt, the Web API out."""
