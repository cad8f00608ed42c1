"""How long commands take and how much memory they need, beside the real istioctl.

    ISTIOCTL_REAL=/path/to/istioctl python -m benchmarks [NAME...]

Each workload is run several times by both programs; the best time and the largest memory count. Without ISTIOCTL_REAL
only this program is measured. The exit status is 1 where a limit is not kept.
"""
