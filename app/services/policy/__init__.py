"""What the files of a default branch say of how we work, and what that means for a case."""
