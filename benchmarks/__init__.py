"""How long commands take and how much memory they need, beside the real istioctl.

    ISTIOCTL_REAL=/path/to/istioctl python -m benchmarks [NAME...]

Each workload is run several times by both programs in turn; the best times and the largest memory count. Without
ISTIOCTL_REAL only this program is measured. Its modules have to be compiled, which Python does unless
PYTHONDONTWRITEBYTECODE is set; then `python -m compileall istioctl` does. The exit status is 1 where a limit is broken.
"""
