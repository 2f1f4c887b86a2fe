"""Whether what we send to GitHub, and what the sandbox answers, is what GitHub's API describes."""
