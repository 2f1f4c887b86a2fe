"""A history replayed as signed webhooks through the real processes, at full speed."""
