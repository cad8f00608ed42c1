"""An injection webhook, asked as the API server asks it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from istioctl.cluster.answers import LARGEST, read_answer
from istioctl.cluster.errors import Malformed
from istioctl.cluster.shapes import Shape
from istioctl.errors import ClusterError

_REVIEW: Shape = {"response": {"allowed": bool, "patch": str, "status": {"message": str}, "result": {"message": str}}}


class WebhookEndpoint:
    """A webhook's address, whose certificate the webhook's own CA signs.

    Args:
        client: the webhook's `clientConfig`.
        server_name: the name the certificate is for, where the address has another.
        timeout: the longest time in seconds an answer may take.
    """

    def __init__(
        self, url: str, client: Mapping[str, Any], *, server_name: str | None = None, timeout: float = 15.0
    ) -> None:
        import base64
        import ssl

        bundle = client.get("caBundle")
        self._url = url
        try:
            self._context = ssl.create_default_context(cadata=base64.b64decode(bundle).decode() if bundle else None)
        except (ValueError, ssl.SSLError):
            raise ClusterError(
                "the webhook's caBundle is not a certificate",
                where=url,
                hint="Fix the webhook's configuration.",
                id="bad-certificate",
            ) from None
        self._server_name = server_name
        self._timeout = timeout

    def probe(self) -> None:
        """See that somebody answers there, whatever the answer.

        Raises:
            ClusterError: nobody does, or not one to trust.
        """
        self._request("GET")

    def review(self, review: Mapping[str, Any]) -> Mapping[str, Any]:
        """The answer to an AdmissionReview.

        Raises:
            ClusterError: there is none.
        """
        status, body = self._request("POST", json.dumps(review).encode())
        try:
            return read_answer(body, _REVIEW, self._url)
        except Malformed as problem:
            raise ClusterError(
                f"the webhook answers with status {status}, and with no AdmissionReview: {problem.message}",
                where=self._url,
            ) from None

    def _request(self, method: str, body: bytes | None = None) -> tuple[int, bytes]:
        import urllib3

        pool = urllib3.PoolManager(
            ssl_context=self._context,
            server_hostname=self._server_name,
            assert_hostname=self._server_name,
            timeout=self._timeout,
            retries=False,
        )
        try:
            response = pool.request(
                method, self._url, body=body, headers={"Content-Type": "application/json"}, preload_content=False
            )
            data = response.read(LARGEST + 1, decode_content=False)
        except (urllib3.exceptions.HTTPError, OSError) as error:
            raise ClusterError(f"the webhook can't be asked: {error}", where=self._url) from None
        finally:
            pool.clear()
        return response.status, data
