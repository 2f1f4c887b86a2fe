"""The README's and the guides' pictures: `python -m tests.pictures` takes them anew."""
