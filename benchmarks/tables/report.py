"""Tables of RESULTS.md from campaigns.csv: `python -m benchmarks.tables.report`."""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
import pandas as pd

from benchmarks.tables.run import CAMPAIGNS
from benchmarks.tables.sources import DEVELOPMENT

PEERS = ["ax", "baybe", "bofire"]
FLOOR = 0.005
"""Regrets below it count as this much in ratios: they are all the best there is."""


def compared(rows: pd.DataFrame, way: str) -> pd.DataFrame:
    """Mean final regret and mean area of each method, over seeds that all methods have.

    Of a campaign that was run again, the last run counts."""
    rows = rows[(rows.way == way) & rows.error.isna()].drop_duplicates(
        ["table", "method", "seed", "runs"], keep="last")
    seeds = rows.groupby(["table", "seed"]).method.nunique()
    whole = seeds[seeds == rows.method.nunique()].index
    rows = rows[pd.MultiIndex.from_frame(rows[["table", "seed"]]).isin(whole)]
    last = rows.sort_values("runs").groupby(["table", "method", "seed"]).regret.last()
    final = last.groupby(["table", "method"]).mean().unstack()
    area = rows.groupby(["table", "method"]).regret.mean().unstack()
    found = pd.concat({"final": final, "area": area}, axis=1)
    found["seeds", ""] = last.groupby("table").size() // rows.method.nunique()
    return found


def ratios(found: pd.DataFrame, of: str) -> pd.Series:
    """Of pressloop's regret to that of the best peer, by table."""
    at = found[of].clip(lower=FLOOR)
    return at["pressloop"] / at[PEERS].min(axis=1)


def main() -> None:
    """Prints both ways."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--campaigns", type=Path, default=CAMPAIGNS)
    rows = pd.read_csv(parser.parse_args().campaigns)
    for way in ("emulator", "pool"):
        found = compared(rows, way)
        if found.empty:
            continue
        print(f"\n{way}\n", found.round(3).to_string())
        kept = found[~found.index.isin(DEVELOPMENT)]
        for of in ("final", "area"):
            for name, one in (("all", found), ("kept aside", kept)):
                print(f"{of}, {name}: geometric mean {np.exp(np.log(ratios(one, of)).mean()):.2f}, "
                      f"worst {ratios(one, of).max():.2f}")


if __name__ == "__main__":
    main()
