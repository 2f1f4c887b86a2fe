"""FlakeGuard: is this failure mine?"""

__version__ = "0.1.0"
