from __future__ import annotations

import pytest

from istioctl.errors import InputError
from istioctl.injection.pod_annotations import check

_TRAFFIC = "traffic.sidecar.istio.io/"


@pytest.mark.parametrize(
    ("name", "good", "bad"),
    [
        ("sidecar.istio.io/interceptionMode", ["REDIRECT", "TPROXY", "NONE"], ["redirect", ""]),
        ("status.sidecar.istio.io/port", ["0", "65535", " 80 "], ["65536", "-1", "x", ""]),
        ("readiness.status.sidecar.istio.io/periodSeconds", ["0", "4294967295"], ["-1", "4294967296", " 1", "1.5"]),
        (_TRAFFIC + "includeOutboundIPRanges", ["*", "", "10.0.0.0/8,::/0"], ["10.0.0.0", "10.0.0.0/33", "a/8", "*,*"]),
        (_TRAFFIC + "excludeOutboundIPRanges", ["", "1.2.3.4/32"], ["*", "1.2.3.4/032", "1.2.3.4/32,"]),
        (_TRAFFIC + "includeInboundPorts", ["*", "", "80, 90"], ["80,", "http"]),
        (_TRAFFIC + "excludeInboundPorts", ["", "80"], ["*"]),
        (_TRAFFIC + "excludeInterfaces", ["", "eth0, net-1.x"], ["0eth", "a/b", "x" * 16, "a,,b"]),
        ("prometheus.istio.io/merge-metrics", ["true", "F", "1"], ["yes", ""]),
        ("sidecar.istio.io/proxyCPU", ["100m", "0.5"], ["lots", "1\n", ""]),
        ("proxy.istio.io/config", ["", "{concurrency: 1}"], ["[1]", "statusPort: 0", "concurrency: [1]", "{"]),
    ],
)
def test_values(name, good, bad):
    for value in good:
        check({name: value})
    for value in bad:
        with pytest.raises(InputError, match="annotation"):
            check({name: value})


def test_all_wrong_values_are_named_at_once_and_foreign_names_pass():
    with pytest.raises(InputError) as caught:
        check({"status.sidecar.istio.io/port": "x", "sidecar.istio.io/proxyCPU": "y", "other": "z"})
    assert "status.sidecar.istio.io/port" in caught.value.message
    assert "sidecar.istio.io/proxyCPU" in caught.value.message
