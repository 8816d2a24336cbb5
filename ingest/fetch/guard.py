"""Where a request may go: well-formed http(s) URLs, and public addresses alone.

The address is judged when the socket to it is made, so that no second look at DNS can differ from the first.
"""

import ipaddress
import re
import socket
from dataclasses import dataclass
from urllib.parse import urlsplit

from ingest.records import Rejected
from ingest.urls import canonical_url

MAX_URL = 2048
PORTS = frozenset({80, 443, 8080, 8443})
"""Ports on which pages are served; others mostly belong to services that a request could harm."""
NAT64 = ipaddress.ip_network("64:ff9b::/96")
"""Well-known prefix, RFC 6052: the last 32 bits are the address that is reached."""
REFUSED_NETWORKS = tuple(
    map(
        ipaddress.ip_network,
        (
            "64:ff9b:1::/48",  # local NAT64, RFC 8215
            "2002::/16",  # 6to4: reaches the IPv4 address within
            "2001::/32",  # Teredo: likewise
            "192.0.0.0/24",  # protocol assignments, among them metadata of Oracle; not all of it counts as private everywhere
            "192.88.99.0/24",  # 6to4 relays
            "fec0::/10",  # site-local
            "168.63.129.16/32",  # metadata of Azure, the one such service on a public address
        ),
    )
)
_UNSENDABLE = re.compile(r"[\x00-\x20\x7f\\]")
"""Read differently by different parsers: what is checked must be what is fetched."""

AddressInfo = tuple[int, int, int, str, tuple[str, int] | tuple[str, int, int, int]]


class BlockedAddressError(OSError):
    """A connection to an address that is not public was about to be made.

    An OSError, so that a host's other addresses are tried: one of them may be public. The text is the same for every address, for
    only then does what tries them hand on the error as it is.
    """

    def __init__(self) -> None:
        super().__init__("no public address")


@dataclass(frozen=True, slots=True)
class Target:
    """Where a URL leads."""

    url: str
    """As it is requested: without its fragment."""
    scheme: str
    host: str
    """Lower case, ASCII."""
    port: int

    @property
    def authority(self) -> str:
        """Host and port."""
        return f"{self.host}:{self.port}"

    @property
    def robots_url(self) -> str:
        """The robots.txt that holds for it."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{self.scheme}://{host}:{self.port}/robots.txt"


def target_of(url: str, allowed: frozenset[str] = frozenset()) -> Target | Rejected:
    """Where a URL leads, or why no request is made for it; `allowed` holds authorities with ports that need not be public."""
    canonical = canonical_url(url) if len(url) <= MAX_URL else None
    if canonical is None or _UNSENDABLE.search(url):
        return Rejected("fetch", "bad-url", "It is no http(s) URL that could be fetched.")
    try:
        split = urlsplit(url)
        port = split.port or (443 if split.scheme.lower() == "https" else 80)
    except ValueError:
        return Rejected("fetch", "bad-url", "It is no http(s) URL that could be fetched.")
    if "@" in split.netloc:
        return Rejected("fetch", "bad-url", "It holds a user name, and nothing is fetched under one.")
    target = Target(url.partition("#")[0], split.scheme.lower(), urlsplit(canonical).hostname or "", port)
    if port not in PORTS and target.authority not in allowed:
        return Rejected("fetch", "blocked-address", f"Port {port} is none that pages are served on.")
    return target


def is_public(address: str) -> bool:
    """Whether an IP address is one of the public internet; one that embeds another is judged by that."""
    ip = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(ip, ipaddress.IPv6Address):
        if ip.ipv4_mapped is not None:
            return is_public(str(ip.ipv4_mapped))
        if ip in NAT64:
            return is_public(str(ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)))
        if int(ip) >> 32 == 0:
            return False  # ::a.b.c.d, and ::1
    if any(ip.version == network.version and ip in network for network in REFUSED_NETWORKS):
        return False
    return ip.is_global and not ip.is_multicast and not ip.is_reserved


def guarded_socket(info: AddressInfo) -> socket.socket:
    """The socket for a connection that is about to be made. Raises: BlockedAddressError unless its address is public."""
    family, kind, protocol, _, address = info
    if not is_public(address[0]):
        raise BlockedAddressError
    return socket.socket(family, kind, protocol)
