"""`python -m istioctl` and the `istioctl` script."""

from __future__ import annotations

from istioctl.cli.main import main

if __name__ == "__main__":
    main()
