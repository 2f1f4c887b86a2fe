"""Issues on the code host: opened, kept true, and listened to."""
