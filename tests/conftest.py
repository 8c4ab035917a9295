"""What holds for every test: it is seeded, and it never leaves this machine. Long ones come first."""

from __future__ import annotations

import ipaddress
import sys
from typing import Any

import pytest
from hypothesis import settings

# Same examples on every run; no deadline, because a busy machine is no failure.
settings.register_profile("seeded", derandomize=True, deadline=None, print_blob=True)
settings.load_profile("seeded")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The long ones first: at the end one of them would keep all processes but its own waiting."""
    items.sort(key=lambda item: item.get_closest_marker("long") is None)


def _deny_the_network(event: str, args: tuple[Any, ...]) -> None:
    """Raise for a name look-up or a connection that is not to this machine."""
    host: object = None
    if event == "socket.connect" and isinstance(args[1], tuple):  # a str or bytes is a Unix socket
        host = args[1][0]
    elif event == "socket.getaddrinfo":
        host = args[0]
    if isinstance(host, str) and not _is_local(host):
        raise PermissionError(f"a test tried to reach {host!r} over the network; tests are offline")


def _is_local(host: str) -> bool:
    try:
        return host in ("", "localhost") or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


sys.addaudithook(_deny_the_network)
