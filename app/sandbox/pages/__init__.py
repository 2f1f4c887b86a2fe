"""Pages on which people see what the sandbox holds, and press its buttons."""
