"""What is recorded of machines, and where the records of simulated and attended ones lie."""

from __future__ import annotations

import re
import zlib
from pathlib import Path

from pressloop.hardware.protocols import ImpedanceMeter, Press


def beside(stem: Path, press: str) -> Path:
    """The same for a press with a name: each simulated or attended one has a memory of its own."""
    if not press:
        return stem
    plain = re.sub(r"[^A-Za-z0-9._-]+", "-", press)
    told = plain if plain == press else f"{plain}-{zlib.crc32(press.encode()):08x}"
    return stem.with_name(f"{stem.name}.{told}")


def stem_of(ledger_url: str) -> Path:
    """Where machine-side records of simulated devices go: beside a file ledger, else here."""
    _, _, path = ledger_url.partition("sqlite:///")
    file = Path(path.partition("?")[0].removeprefix("file:"))
    return (file if file.name else Path("pressloop")).resolve()


def devices(press: Press, meter: ImpedanceMeter) -> dict[str, str]:
    """Which machines answered, in a line each."""
    one, other = press.identify(), meter.identify()
    return {"press": f"{one.name}, serial {one.serial}, firmware {one.firmware or 'not told'}",
            "meter": f"{other.name}, serial {other.serial}, firmware "
                     f"{other.firmware or 'not told'}, {other.compensation or 'compensation n/a'}"}


def simulated(press: Press, meter: ImpedanceMeter) -> bool:
    """True when either is not real; said on every surface."""
    return press.identify().simulated or meter.identify().simulated
