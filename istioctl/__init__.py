"""istioctl in Python: install Istio, inject its sidecar, check clusters; a library and a command line."""
