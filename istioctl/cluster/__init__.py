"""Talking to an API server: the only package that opens a socket. It knows objects, not what Istio makes of them."""
