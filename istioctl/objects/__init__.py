"""Identity, kinds, install order and labels of Kubernetes objects. No network, no YAML."""
