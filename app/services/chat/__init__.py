"""What chat hears: in which channels, in which threads, how fast, and from which workspace."""
