"""Profiles and manifests without a cluster: print, compare, translate."""
