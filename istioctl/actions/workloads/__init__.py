"""Workloads outside Kubernetes: the group that describes them, and what each needs to join the mesh."""
