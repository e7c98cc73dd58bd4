"""Who did what, in the order it happened: the ledger's entries in words."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from itertools import groupby
from pathlib import Path
from typing import Any, NamedTuple

from pressloop.trials.ledger.log import LogRow
from pressloop.trials.quantity import Measurement
from pressloop.trials.recipe import Recipe
from pressloop.trials.wording import counted
from pressloop.views.page import write_page
from pressloop.views.words import (
    OHM_CM2,
    measurement_words,
    plain,
    plus_minus,
    recipe_words,
    with_signs,
)

Payload = dict[str, Any]


class Line(NamedTuple):
    """One entry for reading; the time is that of the computer that wrote it, in UTC."""

    position: int
    utc: str
    trial: str
    kind: str
    told: str


class Stretch(NamedTuple):
    """Entries in a row that the same person wrote on the same machine by the same code."""

    who: str
    by: str
    lines: tuple[Line, ...]


def stretches(rows: Sequence[LogRow]) -> list[Stretch]:
    """The log, parted wherever person, machine, code or settings change."""
    return [Stretch(*writer, tuple(map(line, some))) for writer, some in groupby(rows, _writer)]


def line(row: LogRow) -> Line:
    """One entry in words."""
    moment = datetime.fromisoformat(row.utc).strftime("%Y-%m-%d %H:%M:%S")
    trial = "" if row.trial is None else str(row.trial)
    if row.kind not in _WORDS:
        return Line(row.position, moment, trial, row.kind, "written by a newer pressloop")
    return Line(row.position, moment, trial, row.kind,
                with_signs(_WORDS[row.kind](row.payload)))


def write_log(path: Path, campaign: str, rows: Sequence[LogRow]) -> Path:
    """One HTML page with the whole log; an older one is replaced whole or not at all."""
    simulated = any(row.payload.get("simulated") for row in rows if row.kind == "opened")
    return write_page(Path(path), "log.html", campaign=campaign, simulated=simulated,
                      entries=counted(len(rows), "entry", "entries"),
                      newest=rows[-1].hash if rows else "",
                      stretches=stretches(rows), plots=False)


def _writer(row: LogRow) -> tuple[str, str]:
    packages = ", ".join(f"{name} {v}" for name, v in row.versions.items() if name != "pressloop")
    return (f"{row.operator} on {row.host}",
            f"pressloop {row.code_version}, settings {row.settings_digest or 'none'}"
            + (f"; {packages}" if packages else ""))


def _joined(parts: Iterable[str]) -> str:
    return "; ".join(part for part in parts if part)


def _opened(told: Payload) -> str:
    target = told.get("target")
    return _joined((
        f"press {told['press']}" if told.get("press") else "",
        f"seed {told['seed']}", f"to {counted(target, 'stack')}" if target else "",
        *(told.get("devices") or {}).values(), "SIMULATED" if told.get("simulated") else "",
        f"Prefect run {told['flow_run']}" if told.get("flow_run") else "", told.get("note", "")))


def _planned(told: Payload) -> str:
    purpose, reason = told.get("purpose"), told.get("reason")
    drawn = f" (barcode {told['stack']['barcode']})" if told["stack"].get("barcode") else ""
    on = f" on press {told['press']}" if told.get("press") else ""
    return (f"{told['stack']['stack_id']}{drawn}{on}: {recipe_words(Recipe(**told['recipe']))}"
            + (f" ({purpose})" if purpose else "") + (f". {reason}" if reason else ""))


def _commanded(told: Payload) -> str:
    on = f" on press {told['press_serial']}" if told.get("press_serial") else ""
    return f"cycle {told['cycle_id']}{on}"


def _pressed(told: Payload) -> str:
    trace = told["trace"]
    peak, held = trace.get("peak_force_n"), trace.get("held_s")
    return _joined((
        f"peak {plain(peak / trace['die_area_mm2'])} MPa" if peak is not None else "",
        f"held {plain(held)} s" if held is not None else "",
        "stated by a person" if trace.get("entered") else "",
        f"gap in the log: {trace['gap']}" if trace.get("gap") else "")) or "cycle finished"


def _measured(told: Payload) -> str:
    electrodes = ", ".join(str(one["electrode"]) for one in told["spectra"])
    said = told.get("entered") or {}
    values = ", ".join(measurement_words(Measurement(**one)) for one in said.get("values", ()))
    by_person = f"entered by a person: {values or said.get('failure')}" if said else ""
    return _joined((f"sweep {told['sweep']}: {electrodes}" if electrodes else "", by_person))


def _evaluated(told: Payload) -> str:
    circuit = (told.get("rules") or {}).get("circuit", "")
    return _joined((f"reading {told['reading']}: {_outcome(told['outcome'])}",
                    f"circuit {circuit}" if circuit else "", told.get("note", "")))


def _outcome(told: Payload) -> str:
    really = _achieved(told.get("achieved"))
    if told["kind"] == "intact":
        return f"intact, {_readings(told)}{really}"
    if told["kind"] == "failed":
        return f"{told['mode']}, {told['evidence']}{really}"
    return f"{told['kind'].replace('_', ' ')}, {told['reason']}"


def _readings(told: Payload) -> str:
    """The resistance, and other quantities that were measured."""
    ohm = told.get("resistance_ohm_cm2")
    value = [] if ohm is None else [
        f"{plus_minus(ohm, told.get('resistance_se_ohm_cm2'))} {OHM_CM2}"]
    return ", ".join((*value, *(measurement_words(Measurement(**one))
                                for one in told.get("measured", ()))))


def _achieved(told: Payload | None) -> str:
    """What was pressed instead of the recipe; "" where the recipe was kept."""
    if told is None:
        return ""
    warm = told.get("temperature_c")
    return (f"; really {plain(told['pressure_mpa'])} MPa, {plain(told['dwell_s'])} s"
            + ("" if warm is None else f", {plain(warm)} degC"))


def _imported(told: Payload) -> str:
    return f"{_planned(told)} from {told['source']}: {_outcome(told['outcome'])}"


def _reconciled(told: Payload) -> str:
    cycles = ", ".join(f"{stack or 'no name'} (cycle {number})" for number, stack in zip(
        told["cycle_ids"], told["stacks"], strict=True)) or "entries that are gone"
    word = "are other stacks" if told["verdict"] == "others" else "were adopted"
    return f"by a person: {cycles} of press {told['press_serial']} {word}: {told['reason']}"


def _corrected(told: Payload) -> str:
    stack, recipe = told.get("stack"), told.get("recipe")
    outcome = told.get("outcome") or {}
    now = _joined((_outcome(outcome) if outcome.get("kind") == "intact" else
                   str(outcome.get("mode", "")),
                   f"stack {stack['stack_id']}, lot {stack['lot']}, operator {stack['operator']}"
                   if stack else "", recipe_words(Recipe(**recipe)) if recipe else ""))
    word = {"restored": "as recorded again", "relabelled": f"relabelled {outcome.get('kind')}"}.get(
        told["what"], told["what"])
    return (f"by a person, correction {told['correction']}: {word}{f' ({now})' if now else ''}: "
            f"{told['reason']}")


def _queued(told: Payload) -> str:
    source = f" ({told['source']})" if told.get("source") else ""
    return (f"by a person: recipe {told['number']} in the queue, "
            f"{recipe_words(Recipe(**told['recipe']))}{source}: {told['reason']}")


def _requested(told: Payload) -> str:
    of = "" if told.get("trial") is None else f" of trial {told['trial']}"
    return (f"by a person: {told['what']}{of}"
            + (f": {told['reason']}" if told.get("reason") else ""))


def _noted(told: Payload) -> str:
    of = "" if told.get("trial") is None else f"of trial {told['trial']}: "
    return f"by a person: {of}{told['text']}"


def _cautioned(told: Payload) -> str:
    limits = ", ".join(f"{name} {value:g}" for name, value in told["limits"].items())
    return f"by a person: caution is now {limits}: {told['reason']}"


_WORDS: dict[str, Callable[[Payload], str]] = {
    "opened": _opened,
    "ended": lambda told: _joined((
        told["how"] + (f" on press {told['press']}" if told.get("press") else ""),
        told.get("detail", ""))),
    "planned": _planned, "commanded": _commanded, "pressed": _pressed, "measured": _measured,
    "evaluated": _evaluated, "imported": _imported,
    "faulted": lambda told: f"{told['stage']}: {told['reason']}",
    "reconciled": _reconciled,
    "corrected": _corrected, "queued": _queued,
    "unqueued": lambda told: f"by a person: recipe {told['number']} taken out of the queue: "
                             f"{told['reason']}",
    "stocked": lambda told: f"{told['barcode']} of lot {told['lot']}, made {told['made_utc']}",
    "handled": lambda told: _joined((
        f"by a person: {told['barcode']} {told['what']}" + (
            f" at {told['where']}" if told.get("where") else ""), told.get("reason", ""))),
    "drawn": lambda told: f"{told['barcode']} for trial {told['trial']} of {told['campaign']}",
    "requested": _requested,
    "noted": _noted, "cautioned": _cautioned,
    "settled": lambda told: f"by a person: {told['reason']}",
}
