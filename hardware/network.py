"""Which addresses pressloop talks to and listens on: loopback and private ones, unless told."""

from __future__ import annotations

import ipaddress
import socket

from trials.errors import BadInput, Fault


def prove_target(name: str, host: str, public_target: bool) -> None:
    """Loopback and private targets pass (RFC 1918, RFC 4193, link-local). Modbus and raw SCPI have
    no authentication, so any other raises BadInput under the settings key `name`, unless
    `public_target`. Raises Fault for a name that nobody can resolve."""
    if public_target:
        return
    for address in addresses(host):
        if not (address.is_loopback or address.is_private or address.is_link_local):
            raise BadInput(name, f"{host} ({address})", "a loopback or private address",
                           "Modbus and SCPI have no passwords: put the device on a network segment "
                           "of its own, or set public_target = true if you must.")


def prove_listen(host: str, expose: bool) -> None:
    """Only loopback is listened on, unless `expose`. Raises BadInput."""
    if expose:
        return
    if not all(address.is_loopback for address in addresses(host)):
        raise BadInput("host", host, "a loopback address", "Whoever reaches it could command it; "
                       "use 127.0.0.1, or say --expose.")


def addresses(host: str) -> list[ipaddress.IPv4Address | ipaddress.IPv6Address]:
    """Every address of a host. Raises Fault when the name cannot be resolved."""
    try:
        return [ipaddress.ip_address(host.strip("[]"))]
    except ValueError:
        pass
    try:
        found = {info[4][0] for info in socket.getaddrinfo(host, None)}
    except (OSError, UnicodeError) as error:
        raise Fault(f"the host {host!r} is not known: {error}. Use its address.") from None
    return [ipaddress.ip_address(str(one).partition("%")[0]) for one in sorted(map(str, found))]
