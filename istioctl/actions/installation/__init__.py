"""Putting Istio and its add-ons into a cluster, changing, proving and removing them."""
