"""What the CI machine runs besides the tests."""
