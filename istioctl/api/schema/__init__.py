"""The messages of Istio's and Envoy's APIs, as tables."""
