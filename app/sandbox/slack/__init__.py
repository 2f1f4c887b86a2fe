"""The sandbox's Slack: channels and messages, its Web API, its signed interactions."""
