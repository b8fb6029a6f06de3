"""Address of the client of a request, and the network that counts as one client."""

from __future__ import annotations

from ipaddress import IPv6Address, ip_address

from litestar.types import Scope

from bookrec.web.kit.http_types import AnyRequest
from bookrec.web.kit.site_settings import SiteSettings

_IPV6_HOST_BITS = 64


def client_address(request: AnyRequest, settings: SiteSettings) -> str:
    """Return the address of the client's end of the connection, see `address_in`."""
    return address_in(request.scope, behind_proxy=settings.behind_proxy)


def address_in(scope: Scope, *, behind_proxy: bool) -> str:
    """Return the address of the client's end of the connection.

    Behind a trusted proxy (by setting only) it is the last entry of ``X-Forwarded-For``, which the
    proxy wrote; anyone can write the entries before it.
    """
    if behind_proxy:
        # Repeated headers are one list (RFC 9110).
        values = [value for name, value in scope["headers"] if name == b"x-forwarded-for"]
        forwarded = b",".join(values).decode("latin-1")
        if last := forwarded.rpartition(",")[2].strip():
            return last
    client = scope.get("client")
    return client[0] if client else "unknown"


def network_of(address: str) -> str:
    """Return the network whose requests are counted together: an IPv4 address, or an IPv6 /64."""
    try:
        parsed = ip_address(address)
    except ValueError:
        return address[:100]
    if not isinstance(parsed, IPv6Address):
        return str(parsed)
    if parsed.ipv4_mapped is not None:
        return str(parsed.ipv4_mapped)
    return str(IPv6Address(int(parsed) >> _IPV6_HOST_BITS << _IPV6_HOST_BITS)) + "/64"
