"""Looking at a running mesh from outside and inside."""
