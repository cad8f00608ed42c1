"""The Istio kinds: one description from which the CRDs and the validation both come.

The `*.schema` files say it in a small notation (see `language`), `catalog` finds a kind in them, `crds` writes the
CustomResourceDefinitions committed under `manifests/base/crds`, and `cel` evaluates the rules. What a field is called,
its wire type and its limits are those of istio.io/api 1.30.3.
"""
