"""What istiod's admission validation says about Istio objects, told with places.

`decode` turns a node into typed data and finds what breaks the schema; one module a subject holds the semantic rules
(those of istio 1.30.3, `pkg/config/validation`); `limits` checks what the CRDs add; `objects` is the way in.
"""
