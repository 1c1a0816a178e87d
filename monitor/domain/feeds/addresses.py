"""Permit network addresses: public ones, and those the operator names."""

import ipaddress
from dataclasses import dataclass

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network

# `is_global` calls these global though a packet to them can end at a private machine: 6to4
# (RFC 3056), Teredo (RFC 4380), IPv4-compatible (RFC 4291, 2.5.5.1), site-local (RFC 3879), multicast, the 6to4
# anycast relay (RFC 7526), protocol assignments (RFC 6890), SIIT (RFC 2765, 2.1), the dummy prefix
# (RFC 9780), SRv6 segments (RFC 9602), documentation (RFC 9637), and the host service of a cloud, which every virtual
# machine there reaches (https://learn.microsoft.com/azure/virtual-network/what-is-ip-address-168-63-129-16).
REFUSED: tuple[Network, ...] = tuple(
    ipaddress.ip_network(network)
    for network in (
        "2002::/16",
        "2001::/32",
        "::/96",
        "::ffff:0:0:0/96",
        "100:0:0:1::/64",
        "5f00::/16",
        "3fff::/20",
        "168.63.129.16/32",
        "fec0::/10",
        "ff00::/8",
        "192.88.99.0/24",
        "192.0.0.0/24",
        "224.0.0.0/4",
    )
)

_NAT64 = ipaddress.ip_network("64:ff9b::/96")
"""The well-known prefix (RFC 6052, 2.1): an IPv4 address follows it."""
_LOCAL_NAT64 = ipaddress.ip_network("64:ff9b:1::/48")
"""The prefix for local use (RFC 8215): where the IPv4 address stands in it depends on how it was divided."""


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
            address = ipaddress.ip_address(text)
        except ValueError:
            return False
        if isinstance(address, ipaddress.IPv6Address) and not any(address in network for network in self.allowed):
            if address.ipv4_mapped is not None:
                address = address.ipv4_mapped
            elif address in _NAT64 or address in _LOCAL_NAT64:
                inside = [found for found in _embedded(address) if int(found)]
                return bool(inside) and all(self._is_allowed(found) for found in inside)
            elif address.scope_id is not None:  # a zone ("fe80::1%eth0") makes sense only on a link of ours
                return False
        return self._is_allowed(address)

    def _is_allowed(self, address: Address) -> bool:
        if any(address in network for network in self.allowed):
            return True
        return address.is_global and not any(address in network for network in REFUSED)


def _embedded(address: ipaddress.IPv6Address) -> list[ipaddress.IPv4Address]:
    """Return the IPv4 addresses that a NAT64 address may stand for (RFC 6052, 2.2).

    The byte in the middle and those after the address must be zero, except in the longest form, where nothing follows.
    """
    octets = address.packed
    found = [octets[12:]]
    if address in _LOCAL_NAT64 and octets[8] == 0:
        spread = octets[:8] + octets[9:]
        found += [spread[at : at + 4] for at in (6, 7, 8) if not any(spread[at + 4 :])]
    return [ipaddress.IPv4Address(four) for four in found]
