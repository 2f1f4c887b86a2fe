"""Reports handed in by CI that is not the code host's."""
