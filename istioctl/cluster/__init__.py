"""The only package that opens a socket: kubeconfig, requests, apply, waiting, queries, port-forwards."""
