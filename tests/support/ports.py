"""Ports and addresses of this machine for programs that tests start."""

from __future__ import annotations

import fcntl
import os
import random
import socket
import struct
import tempfile
from pathlib import Path
from typing import IO

_SIOCSIFADDR, _SIOCSIFNETMASK = 0x8916, 0x891C  # linux/sockios.h


def free_ports(count: int) -> list[int]:
    """Ports of 127.0.0.1 that are free now, and that no client connection will take meanwhile."""
    first = 16000 + os.getpid() % 100 * 100 + random.randrange(100)
    found: list[int] = []
    for number in (*range(first, 28000), *range(16000, first)):
        with socket.socket() as attempt:
            try:
                attempt.bind(("127.0.0.1", number))
            except OSError:
                continue
        if number not in _handed_out:
            found.append(number)
            _handed_out.add(number)
        if len(found) == count:
            return found
    raise OSError("no free ports")


_handed_out: set[int] = set()


class PodNetwork:
    """A network of pods' addresses that no other test run on this machine has, until closed."""

    def __init__(self) -> None:
        self.prefix, self._lock = self._reserve()
        self.local = self._make_local()
        """Whether programs of this machine can use its addresses: takes root's rights."""

    def _reserve(self) -> tuple[str, IO[str]]:
        for number in range(230, 250):
            lock = (Path(tempfile.gettempdir()) / f"istioctl-pods-{number}.lock").open("w")
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                lock.close()
                continue
            return f"10.{number}", lock
        raise OSError("all networks for pods are taken")

    def _make_local(self) -> bool:
        try:
            self._set(_SIOCSIFADDR, f"{self.prefix}.0.1")
            self._set(_SIOCSIFNETMASK, "255.255.0.0")
            with socket.create_server((f"{self.prefix}.255.1", 0)):
                return True
        except OSError:
            return False

    def _set(self, request: int, address: str) -> None:
        """Change the loopback's extra address; all of an address's network is then of this machine."""
        name = f"lo:{self.prefix.replace('.', '')}".encode()
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as channel:
            value = struct.pack("16sH2x4s8x", name, socket.AF_INET, socket.inet_aton(address))
            fcntl.ioctl(channel, request, value)

    def close(self) -> None:
        """Give the network back."""
        if self.local:
            self._set(_SIOCSIFADDR, "0.0.0.0")  # noqa: S104 - takes the address away
        self._lock.close()


class GatewayPorts:
    """The right to let gateways' proxies listen on this machine: all meshes' use the same ports, 8080 and the like."""

    def __enter__(self) -> None:
        self._lock = (Path(tempfile.gettempdir()) / "istioctl-gateways.lock").open("w")
        fcntl.flock(self._lock, fcntl.LOCK_EX)

    def __exit__(self, *_: object) -> None:
        self._lock.close()
