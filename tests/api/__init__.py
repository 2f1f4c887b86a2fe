"""What programs ask us."""
