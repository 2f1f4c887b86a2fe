"""The JSON that GitHub answers and sends for each thing it remembers."""
