"""`pressloop check`: opens everything, compares limits, moves nothing."""

from __future__ import annotations

from pathlib import Path

from rich.console import Console
from rich.table import Table

from flows.console import FAILED, emit
from flows.lab import open_lab, order_of
from flows.settings import Settings, read_settings
from hardware.lock import press_lock
from hardware.protocols import ImpedanceMeter, Press
from optimizer.space import NAMES
from trials.errors import PressBusy


def check(path: Path, as_json: bool) -> int:
    """Prints a row per check; returns the exit code. Raises BadInput, Fault as they are found."""
    settings = read_settings(path)
    order = order_of(settings)
    with open_lab(settings, order) as (press, meter):
        rows = [*_devices(press, meter), *_limits(settings, press), _free(press)]
    verdict = all(ok for _, _, ok in rows)
    result = {"settings": str(path), "ok": verdict,
              "checks": [{"check": w, "found": f, "ok": ok} for w, f, ok in rows]}
    emit(result, as_json, lambda: _show(path, rows, verdict))
    return 0 if verdict else FAILED


Row = tuple[str, str, bool]


def _devices(press: Press, meter: ImpedanceMeter) -> list[Row]:
    one, other, waits = press.identify(), meter.identify(), press.not_ready()
    return [
        ("press", f"{one.name}, serial {one.serial}", True),
        ("press ready", "; ".join(waits) or "yes", not waits),
        ("press last cycle id", str(press.last_accepted_id()), True),
        ("meter", f"{other.name}, {other.lowest_hz:g} Hz to {other.highest_hz:g} Hz, electrodes "
         f"{', '.join(other.electrodes)}", True)]


def _limits(settings: Settings, press: Press) -> list[Row]:
    envelope, space, machine = settings.envelope, settings.space, press.identify()
    largest = machine.max_force_n / machine.die_area_mm2
    rows = [
        ("die area", f"settings {envelope.die_area_mm2:.2f} mm2, press "
         f"{machine.die_area_mm2:.2f} mm2", True),
        ("largest pressure", f"envelope {envelope.max_pressure_mpa:.0f} MPa "
         f"({envelope.pressure_reason}), press {largest:.0f} MPa", True),
        ("highest temperature", f"envelope {envelope.max_temperature_c:g} degC, press "
         f"{machine.max_temperature_c:g} degC", True)]
    for name in NAMES:
        low, high = getattr(space, name)
        rows.append((f"space {name}", f"{low:g} to {high:g}" if low < high else f"{low:g}, fixed",
                     True))
    return rows


def _free(press: Press) -> Row:
    try:
        with press_lock(press.identify().serial):
            return ("press free", "yes", True)
    except PressBusy as busy:
        return ("press free", str(busy), False)


def _show(path: Path, rows: list[Row], verdict: bool) -> None:
    table = Table(title=str(path))
    for name in ("check", "found", ""):
        table.add_column(name, overflow="fold")
    for what, found, ok in rows:
        table.add_row(what, found, "[green]ok[/]" if ok else "[red]no[/]")
    console = Console()
    console.print(table)
    console.print("Ready. Nothing has moved." if verdict else "Not ready. Nothing has moved.")
