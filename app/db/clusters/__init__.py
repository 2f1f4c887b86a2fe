"""Clusters: grown by folding failures, merged, and shown."""
