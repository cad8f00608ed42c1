"""From Kubernetes and Istio objects to findings: schema validation and analyzers. Never touches the network."""
