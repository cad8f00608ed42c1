"""Which way a request takes through an Envoy, worked out from its configuration dump as Envoy itself would decide."""
