"""Which addresses pressloop talks to and listens on: loopback and private ones, unless told."""

from __future__ import annotations

import ipaddress
import socket

from pressloop.trials.errors import BadInput, Fault

Address = ipaddress.IPv4Address | ipaddress.IPv6Address

PRIVATE = tuple(map(ipaddress.ip_network, (
    "127.0.0.0/8", "::1/128",
    "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16",
    "169.254.0.0/16", "fe80::/10",
    "fc00::/7")))
"""Loopback, RFC 1918, link-local (RFC 3927, RFC 4291), unique local (RFC 4193). Said in full:
`ipaddress.is_private` also takes documentation and reserved networks."""


def prove_target(name: str, host: str, public_target: bool) -> None:
    """Loopback and private targets pass.

    Modbus and raw SCPI have no authentication, so any other raises BadInput under the settings key
    `name`, unless `public_target`; a name is judged by every address it has. Raises Fault for a
    name that nobody can resolve."""
    if public_target:
        return
    for address in addresses(host):
        if not is_private(address):
            raise BadInput(name, f"{host} ({address})", "a loopback or private address",
                           "Modbus and SCPI have no passwords: put the device on a network segment "
                           "of its own, or set public_target = true if you must.")


def prove_listen(host: str, expose: bool) -> None:
    """Only loopback is listened on, unless `expose`.

    Raises BadInput; 0.0.0.0, :: and an empty host mean every network there is."""
    if expose:
        return
    if not host or not all(_plain(address).is_loopback for address in addresses(host)):
        raise BadInput("host", host or "empty", "a loopback address", "Whoever reaches it could "
                       "command it; use 127.0.0.1, or say --expose.")


def is_private(address: Address) -> bool:
    """True for an address that no router forwards to or from the internet."""
    plain = _plain(address)
    return any(plain in network for network in PRIVATE if network.version == plain.version)


def addresses(host: str) -> list[Address]:
    """Every address of a host. Raises Fault when the name cannot be resolved."""
    try:
        return [ipaddress.ip_address(host.strip("[]"))]
    except ValueError:
        pass
    try:
        found = {str(info[4][0]) for info in socket.getaddrinfo(host, None)}
    except (OSError, UnicodeError, ValueError) as error:
        raise Fault(f"the host {host!r} is not known: {error}. Use its address.") from None
    return [ipaddress.ip_address(one.partition("%")[0]) for one in sorted(found)]


def _plain(address: Address) -> Address:
    """The IPv4 address inside ::ffff:a.b.c.d: it is where the packets go."""
    return getattr(address, "ipv4_mapped", None) or address
