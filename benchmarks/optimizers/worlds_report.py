"""The section of RESULTS.md about presses that nobody tuned on: worlds.csv and worlds_check.csv.

Every figure is from instances from REPORT_FROM on.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from benchmarks.optimizers import methods
from benchmarks.optimizers.problems.worlds import REPORT_FROM
from benchmarks.optimizers.tables import met, per_campaign, read

HERE = Path(__file__).resolve().parent
CAMPAIGNS, CHECKS = HERE / "worlds.csv", HERE / "worlds_check.csv"
BATCHES = HERE / "worlds_batches.csv"
OURS = "pressloop"
FLOOR = 0.01
"""Regrets below one percent count as one percent in ratios: less than a stack scatters."""
LEAST_LOST = 0.5
FEWEST = 3
"""Campaigns of a peer in a family from which on the two are compared."""
WHOLE = 12
"""Campaigns of a family, all run; of fewer, the best of nine peers is partly luck."""
COMMANDS = (
    f"python benchmarks/optimizers/run.py --problems worlds --instances {REPORT_FROM}-"
    f"{REPORT_FROM + 5} --seeds 0-1 --methods all --out benchmarks/optimizers/worlds.csv",
    "python benchmarks/optimizers/worlds_check.py",
    f"python benchmarks/optimizers/worlds_check.py --instances {REPORT_FROM}-{REPORT_FROM + 1} "
    "--laws on --batches 1,3,8 --out benchmarks/optimizers/worlds_batches.csv",
    "python benchmarks/optimizers/report.py")


def section() -> list[str]:
    """Markdown lines; a note where nothing has been run."""
    if not CAMPAIGNS.exists():
        return ["Not run."]
    campaigns = _campaigns()
    return ["", *(f"    {c}" for c in COMMANDS), "", *_targets(campaigns), "", *_peers(campaigns),
            "", *_families(campaigns)]


def _campaigns() -> pd.DataFrame:
    """One row per finished campaign on a report instance."""
    rows = per_campaign(read(CAMPAIGNS))
    parts = rows["problem"].str.split("/", expand=True)
    rows = rows.assign(family=parts[1], instance=parts[3].astype(int))
    return rows[rows["instance"] >= REPORT_FROM]


def per_family(campaigns: pd.DataFrame) -> pd.DataFrame:
    """Means over instances and seeds, by family and method.

    Means, not medians: a method that fails on one press in three is not as good as one that never
    does."""
    return campaigns.groupby(["family", "method"]).agg(
        regret=("regret", "mean"), area=("area", "mean"), lost=("failed", "mean"),
        median=("regret", "median"), unfeasible=("feasible", lambda v: 1.0 - v.mean()),
        campaigns=("regret", "size"))


def _matched(campaigns: pd.DataFrame, what: str, fewest: int = FEWEST) -> pd.DataFrame:
    """pressloop over each peer, one row per family, one column per peer.

    Only the instances and seeds that both have run are compared, `fewest` or more."""
    table = campaigns.pivot_table(index=["family", "instance", "seed"], columns="method",
                                  values="failed" if what == "lost" else what)
    floor = LEAST_LOST if what == "lost" else FLOOR
    told = {}
    for peer in table.columns.drop(OURS):
        both = table[[OURS, peer]].dropna().groupby("family")
        mean = both.mean()[both.size() >= fewest].clip(lower=floor)
        told[peer] = mean[OURS] / mean[peer]
    return pd.DataFrame(told)


def _peers(campaigns: pd.DataFrame) -> list[str]:
    """How pressloop stands beside each peer over all families."""
    counts = campaigns.groupby("method").size()
    lines = ["pressloop / peer, geometric mean over the families, below 1 is better. Peers that "
             f"take long have run fewer instances; with fewer than {FEWEST} in a family they are "
             "not compared there.", "",
             "| peer | campaigns | final regret | area | stacks lost | families where the peer "
             "names the better recipe |", "|---|---|---|---|---|---|"]
    found = {what: _matched(campaigns, what) for what in ("regret", "area", "lost")}
    for peer in found["regret"].columns:
        if not found["regret"][peer].count():
            lines.append(f"| {peer} | {counts[peer]} | not compared | | | |")
            continue
        means = [float(np.exp(np.log(found[what][peer].dropna()).mean())) for what in found]
        ahead = int((found["regret"][peer] > 1.0).sum())
        lines.append(f"| {peer} | {counts[peer]} | " + " | ".join(f"{v:.2f}" for v in means)
                     + f" | {ahead} of {found['regret'][peer].count()} |")
    return lines


def _ratios(campaigns: pd.DataFrame, what: str, fewest: int = FEWEST
            ) -> dict[str, tuple[float, str]]:
    """pressloop over the best peer of each family, and who that is."""
    table = _matched(campaigns, what, fewest).dropna(axis=1, how="all")
    if what == "lost":
        table = table[[m for m in table.columns if m in methods.MODEL_BASED]]
    return {str(family): (float(row.max()), str(row.idxmax())) for family, row in table.iterrows()}


def _mean(ratios: dict[str, tuple[float, str]]) -> float:
    return float(np.exp(np.mean([np.log(r) for r, _ in ratios.values()])))


def _targets(campaigns: pd.DataFrame) -> list[str]:
    regret, area, lost = (_ratios(campaigns, what) for what in ("regret", "area", "lost"))
    worst = max(regret, key=lambda f: regret[f][0])
    whole, area_whole = (_mean(_ratios(campaigns, what, WHOLE)) for what in ("regret", "area"))
    of_whole = f"of peers that ran all {WHOLE} campaigns of a family"
    rows = [("final regret of the recommended recipe / best peer of the family, geometric mean",
             _mean(regret), 0.6), (f"the same, {of_whole}", whole, 0.6),
            (f"the first, worst family ({worst})", regret[worst][0], 1.1),
            ("area under the regret curve / best peer, geometric mean", _mean(area), 0.8),
            (f"the same, {of_whole}", area_whole, 0.8),
            ("stacks lost / best model-based peer, geometric mean", _mean(lost), 0.7)]
    lines = ["| figure | measured | target | met |", "|---|---|---|---|"]
    lines += [f"| {what} | {value:.2f} | at most {most} | {met(value <= most)} |"
              for what, value, most in rows]
    lines += _checked(pd.read_csv(CHECKS)) if CHECKS.exists() else []
    lines += _presets()
    return lines + (_batches(pd.read_csv(BATCHES)) if BATCHES.exists() else [])


def _presets() -> list[str]:
    """The presets of our simulator, this version beside the one before, on the seeds of both."""
    rows = pd.read_csv(HERE / "campaigns.csv", dtype={"version": str}, low_memory=False)
    rows = rows[(rows["method"] == OURS) & rows["problem"].str.startswith("press/")]
    last = rows.sort_values("batch").groupby(["version", "problem", "seed"]).tail(1)
    table = last.pivot_table(index=["problem", "seed"], columns="version", sort=False,
                             values=["ln_regret", "failed"])
    versions = [v for v in rows["version"].unique() if v in table["ln_regret"]][-2:]
    if len(versions) < 2:
        return []
    mean = table.dropna().groupby("problem").mean()
    lines = []
    for what, title in (("ln_regret", "final regret"), ("failed", "lost stacks")):
        ratio = mean[what][versions[1]] / mean[what][versions[0]]
        told = ", ".join(f"{p.partition('/')[2]} {r:.2f}" for p, r in ratio.items())
        lines.append(f"| presets of the simulator, {title} / the version before ({told}) | "
                     f"{ratio.max():.2f} | at most 1.15 | {met(ratio.max() <= 1.15)} |")
    return lines


def _batches(rows: pd.DataFrame) -> list[str]:
    rows = rows[(rows["version"] == rows["version"].iloc[-1]) & (rows["instance"] >= REPORT_FROM)]
    mean = rows.groupby("batch")[["lost", "ln_regret"]].mean()
    value = float(mean.loc[8, "lost"] / mean.loc[1, "lost"])
    told = ", ".join(f"q = {q}: {r.lost:.1f} lost, regret {r.ln_regret:.3f}"
                     for q, r in mean.iterrows())
    now, then = str(pd.read_csv(CHECKS)["version"].iloc[-1]), str(rows["version"].iloc[-1])
    told += "" if now == then else f"; {then}, not run again since"
    return [f"| stacks lost in batches of 8 / one at a time ({told}; {len(rows)} campaigns) | "
            f"{value:.2f} | at most 1.5 | {met(value <= 1.5)} |"]


def _checked(rows: pd.DataFrame) -> list[str]:
    rows = rows[(rows["version"] == rows["version"].iloc[-1]) & (rows["instance"] >= REPORT_FROM)]
    on, off = rows[rows["laws"] == 1], rows[rows["laws"] == 0]
    crush = float((on["crush_true"] > 0.05).mean())
    safe, even = (float(on[f"{k}_crushed"].sum() / max(on[k].sum(), 1)) for k in ("safe", "even"))
    late = float(on["hopeless"].sum() / on["late"].sum())
    lines = [f"| recommended recipes that crush more often than the limit says | {crush:.1%} of "
             f"{len(on)} campaigns | at most 5 % | {met(crush <= 0.05)} |",
             f"| of recipes called 5 % or less, truly crushed | {safe:.1%} | at most 7 % | "
             f"{met(safe <= 0.07)} |",
             f"| of those called 30 to 70 % | {even:.0%} | 25 to 75 % | "
             f"{met(0.25 <= even <= 0.75)} |",
             f"| of the last 15 stacks, truly above three times the best known | {late:.1%} | at "
             f"most 5 % | {met(late <= 0.05)} |"]
    for what, of, low in (("95 % interval of one more stack", ("fresh_inside", "fresh"), 0.90),
                          ("95 % interval of the recommended recipe", ("holds", None), 0.88)):
        each = {f: float(g[of[0]].sum() / (g[of[1]].sum() if of[1] else len(g)))
                for f, g in on.groupby("family")}
        bad = {f: v for f, v in each.items() if not low <= v <= (0.98 if of[1] else 1.0)}
        told = "; ".join(f"{f} {v:.0%}" for f, v in bad.items())
        lines.append(f"| {what}, each family | {min(each.values()):.0%} to {max(each.values()):.0%}"
                     f"{', outside: ' + told if told else ''} | {low:.0%} "
                     f"{'to 98 %' if of[1] else 'or more'} | {met(not bad)} |")
    if len(off):
        both = on.merge(off, on=["family", "instance", "seed"])
        wrong = both[both["weight_of_laws_x"] < 0.5]
        value = wrong["ln_regret_x"].mean() / wrong["ln_regret_y"].mean()
        each = wrong.groupby("family")[["ln_regret_x", "ln_regret_y"]].mean().clip(lower=FLOOR)
        mean = np.exp(np.log(each["ln_regret_x"] / each["ln_regret_y"]).mean())
        lines.append(f"| regret with laws where laws are wrong (weight below one half) / without "
                     f"laws | {value:.2f}; geometric mean over families {mean:.2f} ({len(wrong)} "
                     f"campaigns) | at most 1.05 | {met(value <= 1.05)} |")
    return lines


def _families(campaigns: pd.DataFrame) -> list[str]:
    found = per_family(campaigns)
    order = [OURS, *(m for m in methods.NAMES if m != OURS)]
    order = [m for m in order if m in found.index.get_level_values(1)]
    lines = ["Mean final ln regret / area / stacks lost of 30, and in brackets the campaigns.", "",
             "| family | " + " | ".join(order) + " |", "|---|" + "---|" * len(order)]
    for family in found.index.get_level_values(0).unique():
        cells = []
        for method in order:
            if method not in found.loc[family].index:
                cells.append("not run")
                continue
            r = found.loc[(family, method)]
            cells.append(f"{r.regret:.3f} / {r.area:.2f} / {r.lost:.1f} ({r.campaigns:.0f})")
        lines.append(f"| {family} | " + " | ".join(cells) + " |")
    ahead = [f"{f} ({who}, {r:.2f})" for f, (r, who) in _ratios(campaigns, "regret").items()
             if r > 1.0]
    said = ", ".join(ahead)
    return [*lines, "", f"A peer names a better recipe on: {said}." if ahead
            else "No peer names a better recipe on any family."]
