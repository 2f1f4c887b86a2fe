"""Slack as a console: who asks, what they may see there, and what they want done."""
