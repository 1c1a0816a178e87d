"""Permit network addresses: public ones, and those the operator names."""

import ipaddress
from dataclasses import dataclass

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network

# `is_global` calls these global though a packet to them can end at a private machine: NAT64 (RFC 6052, RFC 8215),
# 6to4 (RFC 3056), Teredo (RFC 4380), IPv4-compatible (RFC 4291, 2.5.5.1), site-local (RFC 3879), multicast,
# the 6to4 anycast relay (RFC 7526) and protocol assignments (RFC 6890).
REFUSED: tuple[Network, ...] = tuple(
    ipaddress.ip_network(network)
    for network in (
        "64:ff9b::/96",
        "64:ff9b:1::/48",
        "2002::/16",
        "2001::/32",
        "::/96",
        "fec0::/10",
        "ff00::/8",
        "192.88.99.0/24",
        "192.0.0.0/24",
        "224.0.0.0/4",
    )
)


@dataclass(frozen=True, slots=True)
class AddressRule:
    """Permit public addresses and those in `allowed`; no other."""

    allowed: tuple[Network, ...] = ()

    @classmethod
    def of(cls, networks: tuple[str, ...]) -> "AddressRule":
        """Make a rule that exempts CIDRs or addresses. Raises ValueError for others."""
        return cls(tuple(ipaddress.ip_network(network, strict=False) for network in networks))

    def permits(self, text: str) -> bool:
        """Return whether the address `text` is permitted; other texts are not."""
        try:
            address = _plain(ipaddress.ip_address(text))
        except ValueError:
            return False
        return any(address in network for network in self.allowed) or _public(address)


def _plain(address: Address) -> Address:
    """Return an IPv4-mapped address as the IPv4 address it reaches."""
    mapped = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
    return mapped or address


def _public(address: Address) -> bool:
    # A zone ("fe80::1%eth0") makes sense only on a link of ours.
    zoned = isinstance(address, ipaddress.IPv6Address) and address.scope_id is not None
    return address.is_global and not zoned and not any(address in network for network in REFUSED)
