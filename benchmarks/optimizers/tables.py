"""What run.py wrote, as tables."""

from __future__ import annotations

from pathlib import Path

import pandas as pd


def read(path: Path) -> pd.DataFrame:
    """All batches of the version of each method that was run last."""
    rows = pd.read_csv(path, dtype={"error": str, "version": str}, keep_default_na=False,
                       na_values={c: [""] for c in ("ln_regret", "ln_ratio", "feasible", "excess",
                                                    "ask_cpu_s", "recommend_cpu_s",
                                                    "hopeless")})
    last = rows.groupby("method")["version"].last()
    return rows[rows["version"] == rows["method"].map(last)]


def per_campaign(rows: pd.DataFrame) -> pd.DataFrame:
    """One row per finished campaign."""
    good = rows[rows["error"] == ""].sort_values("batch")
    keys = ["problem", "method", "seed"]
    last = good.groupby(keys).tail(1).set_index(keys)
    last["area"] = good.groupby(keys)["ln_regret"].mean()
    last["cpu"] = good.groupby(keys)["ask_cpu_s"].sum() / last["stacks"]
    last["unfeasible"] = 1.0 - last["feasible"]
    return last.rename(columns={"ln_regret": "regret"}).reset_index()


def met(is_so: bool) -> str:
    """Whether a target is met, in words."""
    return "yes" if is_so else "**no**"
