"""The picture of a report, docs/images/report.png: `python -m tools.report [LEDGER [FOLDER]]`.

Of the demo campaign, which is pressed first unless the address of a ledger with one campaign is
given. With FOLDER the whole page is photographed there as screens, telephones and paper show it, by
day and by night.
"""

from __future__ import annotations

import base64
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tools.console.browser import Page, browser

ROOT = Path(__file__).parents[2]
IMAGE = ROOT / "docs" / "images" / "report.png"
WIDTHS = (1280, 600, 390)
SCHEMES = ("light", "dark")
TOP = 1865
"""Pixels of the page that the first page of the documentation shows."""


def main() -> None:
    """Writes the report and takes its pictures."""
    asked = sys.argv[1:]
    with tempfile.TemporaryDirectory(prefix="pressloop-pictures-") as name:
        folder = Path(name)
        os.environ |= {"PRESSLOOP_RUNTIME": str(folder / "own"), "PRESSLOOP_CACHE": name,
                       "PREFECT_HOME": str(folder / "prefect")}
        ledger = asked[0] if asked else _demo(folder)
        if not ledger.endswith(".html"):
            _run(folder, "report", "--ledger", ledger)
        page = Path(ledger) if ledger.endswith(".html") else folder / "report.html"
        with browser(folder / "chromium") as new:
            shown = new()
            if len(asked) > 1:
                _all(shown, page, Path(asked[1]))
            else:
                _opened(shown, page, 1280, "light")
                IMAGE.write_bytes(_photo(shown, 1280, TOP))


def _demo(folder: Path) -> str:
    _run(folder, "run", str(ROOT / "examples" / "mos2_secondary_press.toml"))
    return "sqlite:///pressloop-demo.db"


def _run(folder: Path, *words: str) -> None:
    subprocess.run([sys.executable, "-P", "-m", "pressloop", *words], cwd=folder, check=True)


def _all(shown: Page, page: Path, out: Path) -> None:
    """Every width by day and by night, and paper."""
    out.mkdir(parents=True, exist_ok=True)
    for scheme in SCHEMES:
        for width in WIDTHS:
            _opened(shown, page, width, scheme)
            height = int(shown.run("document.documentElement.scrollHeight"))
            wide = int(shown.run("document.documentElement.scrollWidth"))
            print(f"{scheme} {width} px: {height} px high, {wide} px wide")
            (out / f"report-{width}-{scheme}.png").write_bytes(_photo(shown, width, height))
        found = shown.call("Page.printToPDF", printBackground=True, preferCSSPageSize=True)
        (out / f"report-{scheme}.pdf").write_bytes(base64.b64decode(found["data"]))


def _opened(shown: Page, page: Path, width: int, scheme: str) -> None:
    """The page with all its figures drawn."""
    shown.size(width, 900, scheme)
    shown.open(page.resolve().as_uri())
    undrawn = "[...document.querySelectorAll('.plot')].filter((one) => !one.layout).length"
    deadline = time.monotonic() + 60.0
    while shown.run("document.readyState") != "complete" or shown.run(undrawn):
        assert time.monotonic() < deadline, shown.complaints
        time.sleep(0.2)
    time.sleep(1.0)
    # Plotly moves the numbers of contour lines out of a narrow map by way of an infinite place.
    wrong = [one for one in shown.complaints if '"source": "rendering"' not in one]
    assert not wrong, wrong


def _photo(shown: Page, width: int, height: int) -> bytes:
    found = shown.call("Page.captureScreenshot", format="png", captureBeyondViewport=True,
                       clip={"x": 0, "y": 0, "width": width, "height": height, "scale": 1})
    return base64.b64decode(found["data"])


if __name__ == "__main__":
    main()
