"""The settings as values: what comes out is what was written, or a refusal."""

from __future__ import annotations

import json
import math
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from lab_files import SETTINGS, settings_values, write_settings

from pressloop.flows.settings.campaign import Settings, from_plain, read_settings
from pressloop.hardware.emulators.meter import MeterSetup, serving_meter
from pressloop.hardware.emulators.plc_options import PressOptions
from pressloop.hardware.emulators.plc_thread import serving_press
from pressloop.hardware.envelope import violations
from pressloop.optimizer.constraints.feasible import inside as inside_of
from pressloop.optimizer.constraints.sobol import sobol
from pressloop.trials.errors import BadInput

EXAMPLES = sorted(path for path in (Path(__file__).parents[3] / "examples").rglob("*.toml")
                  if path.parent.name not in ("dies", "materials", "studies")
                  and path.stem != "study")


def settings(**changes: Any) -> Settings:
    return from_plain(settings_values(**changes), "test")


@pytest.mark.slow
@pytest.mark.parametrize("path", EXAMPLES, ids=lambda p: p.stem)
def test_examples_can_be_used(path: Path, pressloop: Callable[..., Any], tmp_path: Path) -> None:
    Path("exports").mkdir()  # a folder that a lab has
    bench = tmp_path / "bench.jsonl"
    with serving_press(PressOptions(tmp_path / "plc.json", bench)) as press, \
            serving_meter(MeterSetup(bench, "im3536", speed=0.0)) as meter:
        if "pressloop emulate" in path.read_text():
            served = path.read_text().replace("5020", str(press.port))
            path = tmp_path / path.name
            path.write_text(served.replace("5025", str(meter.port)))
        answer = pressloop("check", path, "--json")
    assert answer.code == 0, answer.err
    assert answer.json["ok"]


def test_there_are_examples() -> None:
    assert {"mos2_secondary_press", "cold_press"} <= {path.stem for path in EXAMPLES}


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda p: p.stem)
def test_plain_values_make_the_same_settings(path: Path) -> None:
    read = read_settings(path)
    again = from_plain(json.loads(json.dumps(read.plain())), "ledger")
    assert again == read
    assert again.digest == read.digest


def test_values_arrive_in_the_rooms(tmp_path: Path) -> None:
    read = read_settings(write_settings(
        tmp_path, evaluation={"crushed_above": 0.08, "max_relative_se": 0.3},
        risk_limits={"max_crush_probability": 0.02, "tolerance": 0.2},
        space={"temperature_c": 25}))
    assert read.space.temperature_c == (25.0, 25.0)
    assert read.space.free == ("pressure_mpa", "dwell_s")
    assert read.rules.crushed_above == read.limits.crushed_above == 0.08
    assert read.rules.max_relative_se == 0.3
    assert (read.limits.max_crush_probability, read.limits.tolerance) == (0.02, 0.2)
    assert read.envelope.max_pressure_mpa == 600.0
    assert read.envelope.die_area_mm2 == pytest.approx(math.pi * 25)
    assert read.reference is not None
    assert read.reference.pressure_mpa == 140.0
    assert read.stack_named("S-1").area_cm2 == pytest.approx(math.pi * 0.25)
    assert settings(stack={"area_cm2": 0.5}).stack_named("S-1").area_cm2 == 0.5
    assert settings(reference=None).reference is None


@pytest.mark.parametrize("change", [
    {"campaign": {"seed": 8}}, {"space": {"dwell_s": [10, 1801]}}, {"reference": None},
    {"press": {"preset": "fragile"}}, {"meter": {"quadrants": True}}, {"search": {"start_with": 4}},
    {"risk_limits": {"survival_exponent": 1.0}},
    {"surrogate": {"laws": False}}], ids=str)
def test_the_digest_tells_settings_apart(change: dict[str, Any]) -> None:
    assert settings(**change).digest != settings().digest


def test_a_campaign_of_an_earlier_version_is_the_same_one() -> None:
    """Its settings as they were kept before the first release; old ledgers go on unasked.

    Five stacks by design and an exponent of 3 were what a file without the keys meant then."""
    folder = Path(__file__).parents[3] / "examples"
    kept = {"mos2_secondary_press": "f16f60fa", "emulated_lab": "4059fcf0",
            "attended_lab": "5c147ecb", "cold_press": "49a2c2a8"}
    for name, digest in kept.items():
        told = tomllib.loads((folder / f"{name}.toml").read_text("utf-8"))
        told["search"] = {"start_with": 5} | told.get("search", {})
        told["risk_limits"] = {"survival_exponent": 3} | told.get("risk_limits", {})
        assert from_plain(told, name).digest.startswith(digest), name


@pytest.mark.parametrize("later", [
    {}, {"constraints": {}}, {"table": {}}, {"search": {"one_per_batch": []}},
    {"envelope": {"max_pressure_at_c": []}}], ids=str)
def test_later_keys_that_say_nothing_are_left_out(later: dict[str, Any]) -> None:
    """So that settings kept by earlier versions, which lack them, are the same ones."""
    kept = settings(**later).plain()
    assert kept == settings().plain()
    assert not {"constraints", "table"} & kept.keys()
    assert "one_per_batch" not in kept["search"]
    assert "max_pressure_at_c" not in kept["envelope"]


@pytest.mark.parametrize("later", [
    {"constraints": {"hot": "pressure_mpa <= 300 if temperature_c > 100"}},
    {"table": {"header_row": 2}}, {"space": {"steps": {"dwell_s": 5.0}}},
    {"search": {"one_per_batch": ["temperature_c"]}},
    {"envelope": {"max_pressure_at_c": [[25, 600], [100, 400]]}}], ids=str)
def test_later_keys_that_say_something_are_kept(later: dict[str, Any]) -> None:
    said = settings(**later)
    table, value = next(iter(later.items()))
    assert said.plain()[table].items() >= value.items()
    assert said.digest != settings().digest


@pytest.mark.parametrize(("table", "words", "better"), [
    ({"low": 25, "high": 115, "step": 30}, "low = 30, high = 90",
     {"low": 30, "high": 90, "step": 30}),
    ({"low": 25, "high": 115, "step": 30}, "step = 5 ", {"low": 25, "high": 115, "step": 5}),
    ({"low": 25.5, "high": 31.5, "step": 2}, "step = 0.5 ",
     {"low": 25.5, "high": 31.5, "step": 0.5})])
def test_steps_that_look_counted_from_the_lowest_value_are_asked_for(
        table: dict[str, float], words: str, better: dict[str, float], tmp_path: Path) -> None:
    with pytest.raises(BadInput, match=r"space\.temperature_c\.step") as raised:
        read_settings(write_table_of(tmp_path, table))
    assert words in raised.value.remedy
    space = read_settings(write_table_of(tmp_path, better)).space
    assert space.temperature_c == (better["low"], better["high"])


@pytest.mark.parametrize("table", [{"low": 25, "high": 140, "step": 30},
                                   {"low": 30, "high": 120, "step": 30}], ids=str)
def test_multiples_of_a_step_are_taken_as_such(table: dict[str, float], tmp_path: Path) -> None:
    assert read_settings(write_table_of(tmp_path, table)).space.steps == (("temperature_c", 30.0),)


def test_a_set_point_in_another_unit_is_told_by_its_name() -> None:
    space = {"dwell_s": None, "dwell_min": [1, 30]}
    with pytest.raises(BadInput, match=r"space\.dwell_s") as raised:
        settings(space=space)
    assert raised.value.remedy == "Write dwell_min as dwell_s, in that unit."


def write_table_of(folder: Path, table: dict[str, float]) -> Path:
    """A settings file whose temperature is a table."""
    path = write_settings(folder, reference=None)
    inline = ", ".join(f"{key} = {value}" for key, value in table.items())
    text = path.read_text().replace("temperature_c = [25, 140]", f"temperature_c = {{ {inline} }}")
    path.write_text(text)
    return path


def test_values_are_worked_out_once() -> None:
    read = settings()
    for name in ("space", "envelope", "reference", "rules", "limits", "objective", "problem"):
        assert getattr(read, name) is getattr(read, name), name
    wide = read.space_table.model_copy(update={"dwell_s": (10.0, 60.0)})
    assert read.model_copy(update={"space_table": wide}).space.dwell_s == (10.0, 60.0)


def test_the_digest_is_of_what_is_meant(tmp_path: Path) -> None:
    """Order, comments and defaults written out change nothing."""
    path = write_settings(tmp_path)
    tables = path.read_text().replace("[press]", "# a remark\n[press]").split("\n[")
    turned = "\n[".join([tables[0], *reversed(tables[1:])]) + '\non_stop = "finish"\n'
    moved = tmp_path / "moved.toml"
    moved.write_text(turned.replace('on_stop = "finish"\n', "").replace(
        '[campaign]', '[campaign]\non_stop = "finish"'))
    assert read_settings(moved).digest == read_settings(path).digest


def test_names_lose_the_spaces_round_them(tmp_path: Path) -> None:
    assert settings(campaign={"name": "  night  "}).campaign.name == "night"


@pytest.mark.parametrize("table, key", [("campaign", "name"), ("stack", "lot"),
                                        ("stack", "operator"), ("press", "driver")])
def test_blank_names_are_refused_at_the_door(table: str, key: str) -> None:
    for value in ("", "   ", "two\nlines", "x" * 81):
        with pytest.raises(BadInput, match=rf"{table}\.{key}"):
            settings(**{table: {key: value}})


def test_settings_cannot_be_changed() -> None:
    with pytest.raises(ValueError, match="frozen"):
        settings().campaign.seed = 9  # type: ignore[misc]


@pytest.mark.parametrize("variable, bounds", [
    ("pressure_mpa", [50, 601]), ("dwell_s", [10, 3601]), ("temperature_c", [10, 140]),
    ("temperature_c", [25, 151])])
def test_the_space_may_reach_outside_of_the_envelope_and_recipes_may_not(
        variable: str, bounds: list[float]) -> None:
    read = settings(space={variable: bounds})
    assert [rule.name for rule in read.space.rules] == [f"envelope.{variable}"]
    beyond = read.space.decode_all(np.array([[0.0] * 3, [1.0] * 3]))
    inside = read.space.decode_all(inside_of(read.space, sobol(3, 256, 0)))
    assert any(violations(recipe, read.envelope) for recipe in beyond)
    assert not any(violations(recipe, read.envelope) for recipe in inside)


@pytest.mark.parametrize("variable, bounds", [
    ("pressure_mpa", [601, 700]), ("dwell_s", [3601, 7200]), ("temperature_c", [151, 170])])
def test_a_space_that_is_all_outside_is_refused(variable: str, bounds: list[float]) -> None:
    with pytest.raises(BadInput, match=rf"envelope\.{variable}"):
        settings(space={variable: bounds}, reference=None)


def test_truth_is_no_number() -> None:
    for change in ({"campaign": {"trials": True}}, {"stack": {"thickness_um": True}},
                   {"space": {"dwell_s": True}}, {"space": {"dwell_s": [True, 60]}}):
        with pytest.raises(BadInput):
            settings(**change)


def test_simulated_is_said_when_either_device_is() -> None:
    assert settings().simulated
    assert settings(press={"driver": "a.b"}).simulated
    assert not settings(press={"driver": "a.b"}, meter={"driver": "a.c"}).simulated


def test_a_secret_has_no_place_in_the_file(pressloop: Callable[..., Any], tmp_path: Path) -> None:
    write_settings(tmp_path, campaign={"api_key": "s3cret"})
    pressloop("check", SETTINGS).refused("campaign.api_key")
