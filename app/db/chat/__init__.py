"""Chat: workspaces, channels and who is who in them, threads, and what was said."""
