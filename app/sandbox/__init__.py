"""A GitHub and a Slack with memory that speak HTTP on loopback, for the demo and the tests."""
