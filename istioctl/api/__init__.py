"""What is true of Kubernetes' and Istio's API: kinds, install order, labels, releases. No network, no YAML."""
