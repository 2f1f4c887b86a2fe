"""Repositories that act out what the recorded histories lack, each with its truth.

Developers push, mend and revert; runners fill up and change their images; services go away;
cases flake, each by a mechanism. Nothing is labelled by hand: a failure's cause is what made it.
"""
