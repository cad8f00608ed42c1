"""Changes that a specification asks of rendered objects."""
