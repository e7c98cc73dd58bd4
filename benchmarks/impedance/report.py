"""RESULTS.md from the rows: `python -m benchmarks.impedance.report [ROWS] [PEERS] [RESULTS]`."""

from __future__ import annotations

import datetime
import platform
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import numpy as np
import pandas as pd

from benchmarks.impedance import figures
from benchmarks.impedance.draws import REPORT_FROM
from benchmarks.impedance.peers import IMPEDANCE, OURS, OURS_TOLD, PYIMPSPEC, UNTIL_FOUND
from benchmarks.impedance.run import PEERS, ROWS
from benchmarks.impedance.specimens import SET_ASIDE, VALID

RESULTS = Path(__file__).with_name("RESULTS.md")
TOLD = ("numpy", "scipy", "impedance")
WORST = 8


@dataclass(frozen=True, slots=True)
class Line:
    """A figure, what was measured, the target, and whether it is met (None: no target)."""

    figure: str
    measured: str
    target: str
    met: bool | None

    def __str__(self) -> str:
        met = {None: "", True: "yes", False: "no"}[self.met]
        return f"| {self.figure} | {self.measured} | {self.target} | {met} |"


def accuracy(rows: pd.DataFrame) -> Iterator[Line]:
    """Sound draws: accuracy and coverage."""
    read = figures.valid(rows)
    yield Line("sound: accepted", str(figures.of(rows["verdict"] == VALID)), ">= 90 %",
               len(read) >= 0.9 * len(rows))
    for share, least in ((0.10, 0.95), (0.03, 0.85)):
        best = figures.ceiling(rows, share)
        for what, some in (("all drawn", rows), ("accepted", read)):
            found = figures.within(some, "total", share)
            told = f"{found}; best possible {best:.1%}" if some is rows else str(found)
            yield Line(f"total within {share:.0%}, {what}", told, f">= {least:.0%}",
                       found.share >= least)
    for name in figures.RESISTANCES:
        found = figures.covered(read, name)
        yield Line(f"95 % interval of the {name} holds the truth, accepted", str(found),
                   "92 to 98 %", 0.92 <= found.share <= 0.98)
    far = figures.of(figures.far(read))
    yield Line("off by over five errors, total or interface, accepted", str(far), "none",
               far.some == 0)
    wrong = figures.of(figures.wrong(read))
    yield Line("valid with a wrong number, sound", str(wrong), "", None)


def disturbed(rows: pd.DataFrame) -> Iterator[Line]:
    """Disturbed draws: what misleads a campaign."""
    misled = figures.of(figures.failed(rows) | figures.wrong(rows))
    yield Line("disturbed: called shorted, delaminated, or valid with a wrong number", str(misled),
               "<= 1 %", misled.share <= 0.01)


def specimens(rows: pd.DataFrame) -> Iterator[Line]:
    """Failed stacks and such as look failed."""
    right = figures.of(figures.judged_right(rows))
    yield Line("specimens: right verdict", str(right), "all", right.some == right.many)


def speed(rows: pd.DataFrame, peers: pd.DataFrame | None) -> Iterator[Line]:
    """CPU seconds, and ratios per spectrum to impedance.py."""
    cpu = rows["cpu_s"]
    yield Line("CPU per automatic evaluation of a sound draw, median (95 %)",
               f"{cpu.median():.2f} s ({cpu.quantile(0.95):.2f} s)", "<= 0.35 s",
               cpu.median() <= 0.35)
    if peers is None:
        return
    for method in (UNTIL_FOUND, IMPEDANCE):
        for ours in (OURS_TOLD, OURS):
            times = ratios(peers, method, ours)
            yield Line(f"CPU of {method} over pressloop, {ours}; median per spectrum (of sums)",
                       f"{np.median(times):.1f} times ({sums(peers, method, ours):.1f})",
                       ">= 8 times", bool(np.median(times) >= 8.0))


def _by_seed(peers: pd.DataFrame, method: str) -> pd.Series:
    return peers[peers["method"] == method].set_index("seed")["cpu_s"]


def ratios(peers: pd.DataFrame, method: str, ours: str) -> pd.Series:
    """CPU of a method over ours, spectrum by spectrum."""
    return (_by_seed(peers, method) / _by_seed(peers, ours)).dropna()


def sums(peers: pd.DataFrame, method: str, ours: str) -> float:
    """The same, of all spectra together."""
    return float(_by_seed(peers, method).sum() / _by_seed(peers, ours).sum())


def method_table(peers: pd.DataFrame) -> Iterator[str]:
    """One row per method: found, accuracy, CPU."""
    yield ("| method | spectra | optimum found | total within 10 % | within 3 % | CPU median "
           "(95 %, sum) | fits that end in an error |")
    yield "|---|---|---|---|---|---|---|"
    for method in (OURS, OURS_TOLD, IMPEDANCE, UNTIL_FOUND, PYIMPSPEC):
        some = peers[peers["method"] == method]
        if some.empty:
            yield f"| {method} | not run | | | | | |"
            continue
        off = (some["total"] / some["true_total"] - 1).abs()
        cpu = some["cpu_s"]
        yield (f"| {_name(method)} | {len(some)} | {(some['misfit'] <= 1).mean():.0%} | "
               f"{(off <= 0.1).mean():.0%} | {(off <= 0.03).mean():.0%} | {cpu.median():.2f} s "
               f"({cpu.quantile(0.95):.2f}, {cpu.sum():.0f}) | {some['error'].notna().sum()} |")


def _name(method: str) -> str:
    return f"pressloop, {method}" if method in (OURS, OURS_TOLD) else method


def by_kind(rows: pd.DataFrame) -> Iterator[str]:
    """Sound draws by number of processes and by tail."""
    yield ("| draws | drawn | accepted | total within 3 % (possible) | within 10 % | interface "
           "within 10 % (possible) | intervals hold: total, interface |")
    yield "|---|---|---|---|---|---|---|"
    words = rows["kind"].str.split()
    for title, key in (("{} processes", words.str[0]), ("tail: {}", words.str[-1])):
        for name, some in rows.groupby(key):
            read = figures.valid(some)
            total, interface = (figures.covered(read, n).share for n in figures.RESISTANCES)
            yield (f"| {title.format(name)} | {len(some)} | {len(read)} | "
                   f"{figures.within(read, 'total', 0.03).share:.0%} "
                   f"({figures.ceiling(read, 0.03):.0%}) | "
                   f"{figures.within(read, 'total', 0.1).share:.0%} | "
                   f"{figures.within(read, 'interface', 0.1).share:.0%} "
                   f"({figures.ceiling(read, 0.1, 'bound_interface'):.0%}) | {total:.0%}, "
                   f"{interface:.0%} |")


def verdict_table(rows: pd.DataFrame) -> Iterator[str]:
    """Kinds by verdict."""
    yield "| kind | right | " + " | ".join(figures.verdicts(rows).columns) + " |"
    yield "|---|---|" + "---|" * len(figures.verdicts(rows).columns)
    right = rows.groupby("kind")["right"].first()
    for kind, counts in figures.verdicts(rows).iterrows():
        yield f"| {kind} | {right[kind]} | " + " | ".join(str(int(n)) for n in counts) + " |"


def worst(rows: pd.DataFrame) -> Iterator[str]:
    """Accepted sound draws that are furthest off, in errors."""
    read = figures.valid(rows)
    errors = np.maximum(figures.off_errors(read, "total"), figures.off_errors(read, "interface"))
    for at in np.argsort(-np.nan_to_num(errors))[:WORST]:
        one = read.iloc[at]
        yield (f"- seed {one['seed']}, off by {errors[at]:.1f} errors: total "
               f"{one['total']:.4g} +- {one['total_se']:.2g} (true {one['true_total_low']:.4g}), "
               f"interface {one['interface']:.4g} +- {one['interface_se']:.2g} (true "
               f"{one['true_interface_low']:.4g}) ohm cm2, read as {one['circuit']}; {one['told']}")


def misjudged(rows: pd.DataFrame) -> Iterator[str]:
    """Disturbed cells and specimens whose verdict or number is not right."""
    for _, one in rows[~figures.judged_right(rows)].iterrows():
        said = one["reason"] if one["verdict"] != VALID else (
            f"total {one['total']:.4g} +- {one['total_se']:.2g}, interface "
            f"{one['interface']:.4g} +- {one['interface_se']:.2g} ohm cm2; true "
            f"{one['true_total_low']:.4g} and {one['true_interface_low']:.4g}")
        yield (f"- {one['group']} {one['seed']}, {one['kind']} ({one['told'].split(';')[0]}): "
               f"{one['verdict']}: {said}")


def refusals(rows: pd.DataFrame) -> Iterator[str]:
    """Why sound draws are set aside, numbers left out."""
    aside = rows[rows["verdict"] == SET_ASIDE]["reason"]
    kinds = aside.str.replace(r"[\d.]+(e[+-]?\d+)?", "_", regex=True).str.split(":").str[0]
    for reason, count in kinds.str[:90].value_counts().items():
        yield f"- {count} times: {reason}"


def page(rows: pd.DataFrame, peers: pd.DataFrame | None, conditions: str = "") -> Iterator[str]:
    """The lines of RESULTS.md; `conditions` says what else went on while it was measured."""
    sound, upset, others = (rows[rows["group"] == g] for g in ("sound", "disturbed", "specimens"))
    first = int(rows["seed"].min())
    kind = "of the report" if first >= REPORT_FROM else "of DEVELOPMENT, not of the report"
    yield "# Impedance spectra of known truth"
    yield ""
    yield (f"Measured {datetime.date.today():%Y-%m-%d}, {platform.machine()}, Python "
           f"{platform.python_version()}, one process, one thread, {', '.join(_versions())}. "
           f"Seeds {kind}: {len(sound)} sound, {len(upset)} disturbed, {len(others)} specimens "
           f"from {first} on. `run.py` says how to run, `cells.py`, `disturbed.py` and "
           "`specimens.py` what is drawn.")
    if conditions:
        yield f"\n{conditions}"
    yield from _section("Against the targets", _targets(sound, upset, others, peers))
    yield ("\n\"Best possible\": the share that the best unbiased method would reach which is told "
           "the circuit and the noise (Cramer-Rao bound). A number is wrong that is off by more "
           "than 10 % and three errors from all that was true during the sweep. Intervals are "
           "value +- 1.96 errors.")
    yield from _section("Sound cells by kind", by_kind(sound))
    yield from _section("Sound cells that were set aside", refusals(sound))
    yield from _section("Accepted readings that are furthest off", worst(sound))
    yield from _section("Disturbed cells", verdict_table(upset))
    yield from _section("Specimens", verdict_table(others))
    yield from _section("Not judged right", misjudged(pd.concat([upset, others])))
    if peers is not None:
        yield from _section("Peers, told the circuit", method_table(peers))
        yield ("\nFound: the misfit is no larger than that of the true parameters. \"Until found\" "
               "goes on from other starts, six at most. pressloop's CPU is that of the whole "
               "evaluation: validity, verdicts, fit.")


def _section(title: str, lines: Iterator[str]) -> Iterator[str]:
    yield f"\n## {title}\n"
    found = list(lines)
    yield from found or ["none"]


def _targets(sound: pd.DataFrame, upset: pd.DataFrame, others: pd.DataFrame,
             peers: pd.DataFrame | None) -> Iterator[str]:
    yield "| figure | measured | target | met |"
    yield "|---|---|---|---|"
    for lines in (accuracy(sound), disturbed(upset), specimens(others), speed(sound, peers)):
        yield from map(str, lines)


def _versions() -> Iterator[str]:
    for name in TOLD:
        try:
            yield f"{name} {version(name)}"
        except PackageNotFoundError:
            continue


def main(rows: str | Path = ROWS, peers: str | Path = PEERS, results: str | Path = RESULTS) -> None:
    """Writes the page; peers are left out where they were not run.

    With what conditions.txt beside the rows says of how they were measured."""
    beside = pd.read_csv(peers) if Path(peers).exists() else None
    table = pd.read_csv(rows, keep_default_na=True)
    said = Path(rows).with_name("conditions.txt")
    conditions = said.read_text(encoding="utf-8").strip() if said.exists() else ""
    Path(results).write_text("\n".join(page(table, beside, conditions)) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])
