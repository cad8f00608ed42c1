"""From a workload document to the same document with the sidecar. Never touches the network."""
