"""Measures figures of speed, size and accuracy: `python benchmarks/figures.py`.

Prints a table and writes it to RESULTS.md beside this file. All readings are simulated.
"""

from __future__ import annotations

import datetime
import os
import platform
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path

# Before numpy and torch are loaded: small matrices are slower on many threads.
os.environ.setdefault("OMP_NUM_THREADS", "1")
HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE)]

import numpy as np  # noqa: E402
from closed_loop import STACKS, Campaign, run_campaign  # noqa: E402
from random_stacks import CIRCUIT, coverage, sound_stacks  # noqa: E402

from pressloop.evaluation.circuits.chosen import fit  # noqa: E402
from pressloop.evaluation.circuits.least_squares import data_of  # noqa: E402
from pressloop.evaluation.circuits.notation import parse_circuit  # noqa: E402
from pressloop.trials.ledger.ledger import Ledger  # noqa: E402
from pressloop.trials.outcome import FailureMode  # noqa: E402

COMMAND = "python benchmarks/figures.py"
TOLD = ("numpy", "scipy", "torch", "botorch", "gpytorch", "prefect")
EXAMPLE = HERE.parent / "examples" / "mos2_secondary_press.toml"
SEEDS = {"reference": range(10), "fragile": range(5), "single-crystal": range(5),
         "bare-foil": range(5)}
HEAVY = ("torch", "prefect")
Row = tuple[str, str]


def fit_speed() -> list[Row]:
    """CPU time per fit of three arcs with five starts."""
    circuit, spent = parse_circuit(CIRCUIT), []
    for swept in sound_stacks(200, seed=0):
        began = time.process_time()
        fit(data_of(swept.spectrum), circuit)
        spent.append(1e3 * (time.process_time() - began))
    return [("CPU per spectrum fit, 3 arcs, 200 spectra",
             f"median {np.median(spent):.0f} ms, 95 % below {np.quantile(spent, 0.95):.0f} ms")]


def fit_coverage() -> list[Row]:
    """How often the 95 % interval of interfacial resistance holds the truth."""
    found = coverage(500, seed=1)
    return [("95 % interval of interfacial resistance holds the truth",
             f"{found.covered:.1%} of {found.read} read (of {found.tried})"),
            ("Error of interfacial resistance, median", f"{found.median_error:.2%}")]


def closed_loops() -> list[Row]:
    """Campaigns of 24 stacks from nothing, for every preset."""
    rows = []
    for preset, seeds in SEEDS.items():
        rows += _campaign_rows(preset, [run_campaign(preset, seed) for seed in seeds])
    return rows


def _campaign_rows(preset: str, found: list[Campaign]) -> list[Row]:
    crushed = [c.failures[FailureMode.CRUSHED] for c in found]
    failed = [c.failures.total() for c in found]
    name = f"Closed loop, `{preset}`, {STACKS} stacks, {len(found)} seeds"
    return [
        (f"{name}: within 10 % of the optimum and at most 5 % crushed",
         f"{sum(c.good for c in found)} of {len(found)}"),
        (f"{name}: true resistance over the optimum's",
         f"median {np.median([c.ratio for c in found]):.3f}, "
         f"worst {max(c.ratio for c in found):.3f}"),
        (f"{name}: true median of the lot inside the stated 95 % interval",
         f"{sum(c.covered for c in found)} of {len(found)}"),
        (f"{name}: stacks crushed (lost in all) per campaign",
         f"{np.mean(crushed):.1f} ({np.mean(failed):.1f})"),
        (f"{name}: CPU per suggestion",
         f"{np.mean([c.suggestion_cpu_s for c in found]):.2f} s"),
    ]


def start_up() -> list[Row]:
    """`--help` against the library that it is made of, taken in turns."""
    ours = [str(Path(sys.executable).with_name("pressloop")), "--help"]
    theirs = [sys.executable, "-c", "import typer"]
    pairs = [(_wall_s(ours), _wall_s(theirs)) for _ in range(7)]
    mine, typer = (min(column) for column in zip(*pairs, strict=True))
    return [("`pressloop --help` over `python -c 'import typer'`, wall, best of 7",
             f"{mine / typer:.1f} times ({mine:.2f} s, {typer:.2f} s)"),
            ("Loaded for `pressloop --help`", _loaded_for_help())]


def _loaded_for_help() -> str:
    """Which of the heavy libraries `--help` loads."""
    script = ("import sys\nfrom pressloop.flows.cli.main import main\n"
              "sys.argv = ['pressloop', '--help']\n"
              "try:\n    main()\nexcept SystemExit:\n    pass\n"
              f"print('LOADED', *[m for m in {HEAVY!r} if m in sys.modules])\n")
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True,
                          check=False)
    told = [line for line in done.stdout.splitlines() if line.startswith("LOADED")]
    if not told:
        return f"not measured: {_last_line(done.stderr)}"
    loaded = told[-1].split()[1:]
    return " and ".join(loaded) if loaded else f"neither {' nor '.join(HEAVY)}"


def demo() -> list[Row]:
    """The example campaign through the command line, Prefect's temporary server included."""
    name = "`pressloop run` of the example, 24 stacks"
    program = str(Path(sys.executable).with_name("pressloop"))
    with tempfile.TemporaryDirectory() as folder, (Path(folder) / "said").open("w+") as said:
        began, peak = time.monotonic(), 0.0
        running = subprocess.Popen(
            [program, "run", str(EXAMPLE), "--ledger", f"sqlite:///{folder}/x.db"], cwd=folder,
            stdout=said, stderr=said, env=os.environ | {"PREFECT_HOME": f"{folder}/prefect"})
        while running.poll() is None:
            peak = max(peak, _resident_mb(running.pid))
            time.sleep(0.2)
        spent = time.monotonic() - began
        said.seek(0)
        told = said.read()
        overhead = _overhead_s(f"sqlite:///{folder}/x.db") if running.returncode == 0 else 0.0
    if running.returncode != 0:
        return [(name, f"not measured: {_last_line(told)}")]
    return [(f"{name}: wall, a fresh temporary server included", f"{spent:.0f} s"),
            (f"{name}: peak resident memory, the server's process included", f"{peak:.0f} MB"),
            (f"{name}: overhead per trial outside fit and acquisition, median",
             f"{overhead:.2f} s")]


def _overhead_s(url: str) -> float:
    """From an outcome to the next stack's spectra, where a design and no model chooses the recipe.

    All that is left is Prefect, ledger, display, simulator and artifacts."""
    with Ledger.open(url, create=False) as ledger:
        name, = ledger.campaigns()
        times = {(row.kind, row.trial): datetime.datetime.fromisoformat(row.utc)
                 for row in ledger.log(name)}
        purposes = {t.number: t.purpose for t in ledger.history(name, arrays=False)}
    spans = [(times["measured", n] - times["evaluated", n - 1]).total_seconds()
             for n, purpose in purposes.items() if purpose == "space-filling"]
    return float(np.median(spans))


def _resident_mb(root: int) -> float:
    """Resident memory of a process and all its descendants now."""
    parents, resident = {}, {}
    page_mb = os.sysconf("SC_PAGE_SIZE") / 2**20
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            # The name in brackets may hold spaces, so fields count from behind it.
            fields = (folder / "stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue
        parents[int(folder.name)] = int(fields[1])
        resident[int(folder.name)] = int(fields[21]) * page_mb
    family, size = {root}, 0
    while len(family) > size:
        size = len(family)
        family |= {child for child, parent in parents.items() if parent in family}
    return sum(resident.get(pid, 0.0) for pid in family)


def _wall_s(command: list[str]) -> float:
    began = time.perf_counter()
    subprocess.run(command, capture_output=True, check=True)
    return time.perf_counter() - began


def _last_line(text: str) -> str:
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return lines[-1][:160] if lines else "it said nothing"


def _guarded(measure: Callable[[], list[Row]]) -> list[Row]:
    """The rows of a measurement; one that cannot be had says why, and the others go on."""
    print(f"{measure.__name__} ...", file=sys.stderr, flush=True)
    try:
        return measure()
    except (OSError, subprocess.SubprocessError) as error:
        return [(measure.__name__, f"not measured: {_last_line(str(error))}")]


def _page(rows: list[Row]) -> str:
    libraries = ", ".join(f"{name} {version(name)}" for name in TOLD)
    head = [
        "# Figures", "",
        f"Measured {datetime.datetime.now(datetime.UTC):%Y-%m-%d} by `{COMMAND}` on "
        f"{os.cpu_count()} cores ({platform.machine()}), Python {platform.python_version()}, "
        f"pressloop {version('pressloop')}, {libraries}.", "",
        "Every reading is simulated: these figures say how well the loop copes with the stacks "
        "of the simulator, not with real ones. Seconds depend on the machine.", "",
        "| figure | value |", "|---|---|"]
    return "\n".join([*head, *(f"| {name} | {value} |" for name, value in rows), ""])


def main() -> None:
    """Measures everything, prints the table and writes RESULTS.md."""
    rows: list[Row] = []
    for measure in (demo, start_up, fit_speed, fit_coverage, closed_loops):
        rows += _guarded(measure)
    page = _page(rows)
    (HERE / "RESULTS.md").write_text(page, encoding="utf-8")
    print(page)


if __name__ == "__main__":
    main()
