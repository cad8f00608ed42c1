"""From profiles and overrides to ordered Kubernetes objects. Never touches the network."""
