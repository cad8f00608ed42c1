"""Writes the tables of `istioctl/api/schema/tables` and the CRDs of `manifests/base/crds`.

    python -m tools.api_tables

reads the Go modules that `versions.txt` names from Go's module proxy. What a module says is carried over as it is;
descriptions are ours (`descriptions.txt`). `docs/moving-to-a-new-istio.md` tells how to go to another release.
"""
