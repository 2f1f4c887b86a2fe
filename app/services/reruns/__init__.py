"""Jobs that run again: for a suspect, for a proof, or because somebody asked."""
