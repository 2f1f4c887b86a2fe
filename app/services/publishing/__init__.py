"""What was found on a head commit, said once on the code host."""
