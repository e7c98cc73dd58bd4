"""The credentials of the Prefect servers that these tests start for all of a session."""

from __future__ import annotations

KEY = "tests:of pressloop"


def admitted(address: str) -> dict[str, str]:
    """What a process needs in its environment to use the server at this address."""
    return {"PREFECT_API_URL": address, "PREFECT_API_AUTH_STRING": KEY}
