"""What the guides say to do, done."""
