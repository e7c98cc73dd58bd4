"""Pictures of the console for its page: `python -m tools.console [FOLDER]`.

A simulated campaign of twelve stacks, and one more that is pressed while the pictures are taken, by
day and by night, on a screen and on a tablet. All go to FOLDER; without one, those that the page
shows go to docs/images/.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tools.console.browser import Page, browser
from tools.console.driven import go, started

IMAGES = Path(__file__).parents[2] / "docs" / "images"
SIZES = {"screen": (1280, 800), "tablet": (820, 1180)}
SCHEMES = ("light", "dark")
SHOWN = ("now-screen-light", "maps-screen-dark", "history-tablet-light", "model-tablet-dark",
         "next-screen-light", "now-tablet-dark", "mark-tablet-light")
BEFORE, STACKS = 12, 20
WORDS = {"now": "left of the dwell", "next": "Press this next", "history": "Reading or reason",
         "model": "How the search went", "maps": "Chance of crushing"}
SETTINGS = {
    "campaign": {"name": "night", "trials": BEFORE, "seed": 7, "ledger": "sqlite:///lab.db"},
    "stack": {"lot": "NCM622-07", "operator": "ana", "thickness_um": 600, "pre_press_mpa": 375},
    "space": {"pressure_mpa": [50, 500], "dwell_s": [60, 900], "temperature_c": [25, 140]},
    "reference": {"pressure_mpa": 140, "dwell_s": 180, "temperature_c": 25},
    "envelope": {"die_diameter_mm": 10, "press_max_force_kn": 50, "die_max_pressure_mpa": 600,
                 "max_temperature_c": 150},
    "press": {"driver": "simulated", "time_scale": 0.0},
    "meter": {"driver": "simulated", "glitch_fraction": 0.0},
    "evaluation": {"circuit": "L0-R0-p(R1,CPE1)-p(R2,CPE2)-p(R3,CPE3)-CPE4"},
}


def main() -> None:
    """Presses the stacks, then takes the pictures."""
    with tempfile.TemporaryDirectory(prefix="pressloop-pictures-") as name:
        folder = Path(name)
        os.environ |= {"PRESSLOOP_RUNTIME": str(folder / "own"), "PRESSLOOP_LOCKS": name,
                       "PRESSLOOP_OPERATOR": "ana", "PREFECT_HOME": str(folder / "prefect")}
        write(folder, BEFORE, 0.0)
        subprocess.run(command("run", "lab.toml"), cwd=folder, check=True)
        # What a person sees, that no reading tells.
        subprocess.run(command("relabel", "--ledger", "sqlite:///lab.db", "--trial", "6", "--as",
                               "crushed", "--reason", "cracks in the cathode"),
                       cwd=folder, check=True)
        write(folder, STACKS, 0.15)
        running = subprocess.Popen(command("run", "lab.toml"), cwd=folder)
        try:
            with started(folder) as console, browser(folder / "chromium") as new:
                page = new()
                page.open(console.link)
                page.reads("Campaigns", seconds=120)
                page.run("document.getElementById('operator').value = 'ana'")
                take_all(page, folder)
        finally:
            running.terminate()
            running.wait(120)
        wanted = Path(sys.argv[1]) if len(sys.argv) > 1 else IMAGES
        wanted.mkdir(parents=True, exist_ok=True)
        for one in sorted(folder.glob("console-*.png")):
            if len(sys.argv) > 1 or one.stem.removeprefix("console-") in SHOWN:
                shutil.copy(one, wanted)


def write(folder: Path, trials: int, time_scale: float) -> None:
    """The settings file. JSON's scalars and lists are TOML's too."""
    tables = {**SETTINGS, "campaign": {**SETTINGS["campaign"], "trials": trials},
              "press": {**SETTINGS["press"], "time_scale": time_scale}}
    (folder / "lab.toml").write_text("\n".join(
        line for name, table in tables.items() for line in (
            f"[{name}]", *(f"{key} = {json.dumps(value)}" for key, value in table.items()))))


def command(*words: str) -> list[str]:
    """A pressloop command, by this Python."""
    return [sys.executable, "-P", "-m", "pressloop", *words]


def take_all(page: Page, folder: Path) -> None:
    """Every page in every size, by day and by night."""
    for scheme in SCHEMES:
        for size, (width, height) in SIZES.items():
            page.size(width, height, scheme)
            for name, words in WORDS.items():
                go(page, name)
                page.reads(words, seconds=900)
                time.sleep(2.0)
                page.picture(folder / f"console-{name}-{size}-{scheme}.png")
    asked(page, folder)


def asked(page: Page, folder: Path) -> None:
    """The question before a stack is marked."""
    page.size(*SIZES["tablet"], "light")
    go(page, "stack", trial=2)
    page.reads("Its story", seconds=120)
    page.click("I looked at it: mark")
    page.fill("label", "crushed")
    page.fill("reason", "cracks in the cathode")
    page.click("Continue", "#dialog")
    page.reads("As ana")
    page.picture(folder / "console-mark-tablet-light.png")
    assert not re.search("error", " ".join(page.complaints)), page.complaints


if __name__ == "__main__":
    main()
