"""Helm charts: loading, merging values, choosing sub-charts, rendering. `rendering.helm.charts` is the public face.

Sources: Helm 3.21's `pkg/chart`, `pkg/chartutil`, `pkg/engine`, `pkg/releaseutil` and `pkg/ignore`.
"""
