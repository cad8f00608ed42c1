"""Putting the sidecar into workloads, and telling which have it."""
