"""What settings were called before: told where a file has it, and read where a ledger keeps it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

TABLES = {"caution": "risk_limits"}
KEYS = {"risk_limits": {"exploring": "survival_exponent"}}
ACQUISITIONS = {
    "shipping_gain": "knowledge_gradient", "better_than_shipped": "incumbent_improvement",
    "noisy_improvement": "noisy_expected_improvement", "survival_first": "feasibility_first"}


def name_now(where: list[str]) -> str | None:
    """What the table or key at this place is called now; None for one that was never known."""
    *tables, key = where
    if not tables:
        return f"[{TABLES[key]}]" if key in TABLES else None
    return KEYS.get(tables[-1], {}).get(key)


def renewed(values: Mapping[str, Any]) -> dict[str, Any]:
    """Settings that a ledger keeps, by the names of now."""
    found = {TABLES.get(name, name): value for name, value in values.items()}
    for table, keys in KEYS.items():
        if table in found:
            found[table] = {keys.get(key, key): value for key, value in found[table].items()}
    if (search := found.get("search")) and (name := search.get("acquisition")) in ACQUISITIONS:
        found["search"] = {**search, "acquisition": ACQUISITIONS[name]}
    return found
