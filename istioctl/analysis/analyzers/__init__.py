"""The analyzers, one module a subject. Each looks at a snapshot and reports findings; none looks anywhere else.

Names and what they find are those of istio 1.30.3 (`pkg/config/analysis/analyzers`). `registry` lists them all.
"""
