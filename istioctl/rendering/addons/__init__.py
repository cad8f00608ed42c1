"""Add-ons: which, and their manifests."""
