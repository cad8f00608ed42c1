"""What routes do with requests."""

from __future__ import annotations

from typing import Any

import pytest

from istioctl.proxies.trace.actions import redirect
from istioctl.proxies.trace.request import make_request


@pytest.mark.parametrize(
    ("action", "location"),
    [
        ({"path_redirect": "/new"}, "http://web:8000/new?q=1"),
        ({"path_redirect": "/new?z=2"}, "http://web:8000/new?z=2"),
        ({"host_redirect": "other"}, "http://other/old?q=1"),
        ({"host_redirect": "other", "path_redirect": ""}, "http://other/old?q=1"),  # istiod writes what is empty
        ({"host_redirect": "", "path_redirect": "/new", "port_redirect": 81}, "http://web:81/new?q=1"),
        ({"host_redirect": "other", "prefix_rewrite": ""}, "http://other/old?q=1"),
        ({"https_redirect": True, "strip_query": True}, "https://web:8000/old"),
    ],
)
def test_redirect(action: dict[str, Any], location: str) -> None:
    request = make_request("GET", "http://web:8000/old?q=1")
    assert redirect(action, {"prefix": "/old"}, request) == (301, location)
