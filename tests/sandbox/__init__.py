"""Tests of the sandbox, through HTTP on loopback."""
