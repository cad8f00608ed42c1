"""Facts about Kubernetes objects as plain data: identity, install order, quantities, labels. No I/O."""
