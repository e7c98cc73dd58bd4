"""Only loopback and private addresses are talked to or listened on. Nobody outside is asked."""

from __future__ import annotations

import ipaddress
import socket
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pressloop.hardware.network import prove_listen, prove_target
from pressloop.trials.errors import BadInput, Fault

OURS = ["127.0.0.1", "127.9.9.9", "::1", "[::1]", "localhost", "10.0.0.1", "172.16.0.1",
        "172.31.255.255", "192.168.1.20", "169.254.3.4", "fe80::1", "fe80::1%eth0", "fd12::7",
        "::ffff:192.168.1.20", "127.1"]
OTHERS = ["8.8.8.8", "1.1.1.1", "172.32.0.1", "172.15.255.255", "192.169.0.1", "11.0.0.1",
          "100.64.0.1", "192.0.2.1", "203.0.113.9", "198.18.0.1", "240.0.0.1", "255.255.255.255",
          "224.0.0.1", "0.0.0.0", "0", "::", "2001:4860:4860::8888", "2001:db8::1", "ff02::1",
          "::ffff:8.8.8.8", "64:ff9b::808:808", "134744072"]


@pytest.mark.parametrize("host", OURS)
def test_loopback_and_private_targets_pass(host: str) -> None:
    prove_target("press.host", host, public_target=False)


@pytest.mark.parametrize("host", OTHERS)
def test_any_other_target_is_refused_under_its_key(host: str) -> None:
    with pytest.raises(BadInput, match=r"^meter\.host = .*public_target = true"):
        prove_target("meter.host", host, public_target=False)
    prove_target("meter.host", host, public_target=True)


@given(st.ip_addresses().filter(lambda address: address.is_global))
def test_no_global_address_passes(address: Any) -> None:
    for host in {str(address), f"::ffff:{address}" if address.version == 4 else str(address)}:
        with pytest.raises(BadInput):
            prove_target("press.host", host, public_target=False)


@pytest.mark.parametrize("host", ["", "no host", "a" * 300, "a..b", "\0", "\udc80"])
def test_a_name_that_nobody_knows_is_a_fault(host: str) -> None:
    with pytest.raises(Fault, match="not known"):
        prove_target("press.host", host, public_target=False)


def test_one_public_address_of_a_name_is_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    known = [(socket.AF_INET, 0, 0, "", (one, 0)) for one in ("192.168.1.5", "8.8.8.8")]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_: known)
    with pytest.raises(BadInput, match=r"press\.lab \(8\.8\.8\.8\)"):
        prove_target("press.host", "press.lab", public_target=False)


@pytest.mark.parametrize("host", ["127.0.0.1", "::1", "localhost", "::ffff:127.0.0.1"])
def test_loopback_is_listened_on(host: str) -> None:
    prove_listen(host, expose=False)


@pytest.mark.parametrize("host", ["0.0.0.0", "0", "::", "", "192.168.1.20", "8.8.8.8",
                                  "::ffff:10.0.0.1", "::ffff:0.0.0.0"])
def test_nothing_else_is_listened_on(host: str) -> None:
    with pytest.raises(BadInput, match="--expose"):
        prove_listen(host, expose=False)
    prove_listen(host, expose=True)


def test_the_literals_of_the_standards() -> None:
    for network in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7", "fe80::/10"):
        ends = ipaddress.ip_network(network)
        for address in (ends[0], ends[-1]):
            prove_target("press.host", str(address), public_target=False)
