"""What Envoy, ztunnel and istiod say of themselves, read into rows, trees, routes and differences; opens no socket."""
