"""What the real tool says of inputs of our own, as facts: a checkout alone can compare."""
