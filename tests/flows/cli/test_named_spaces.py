"""Parameters that stand in for more than a number: stack pressure, logarithms, no press at all."""

from __future__ import annotations

from pathlib import Path

import pytest
from lab_files import settings_values

from pressloop.flows.cli.commands.import_past import import_past
from pressloop.flows.cli.commands.predict import predict_recipe
from pressloop.flows.past.trials import read_table
from pressloop.flows.settings.campaign import from_plain
from pressloop.trials.errors import BadInput


def test_the_stack_pressure_may_be_chosen_with_the_recipe() -> None:
    Path("t.csv").write_text("pressure_mpa,dwell_s,temperature_c,stack_pressure_mpa,"
                             "resistance_ohm_cm2\n100,60,25,5,140\n200,60,25,50,90\n")
    settings = from_plain(settings_values(space={"stack_pressure_mpa": [2, 60]},
                                          reference={"stack_pressure_mpa": 20}), "test")
    past = read_table(Path("t.csv"), settings).past
    assert [one.recipe.named["stack_pressure_mpa"] for one in past] == [5.0, 50.0]


def test_zero_on_a_logarithmic_scale_is_told_what_to_write() -> None:
    with pytest.raises(BadInput, match='scale = "linear"'):
        from_plain(settings_values(space={"binder": {"low": 0, "high": 3, "scale": "log"}},
                                   reference={"binder": 1}), "test")


def test_where_nothing_is_pressed_no_envelope_is_spoken_of(
        tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "c.toml").write_text(
        f'[campaign]\nname = "c"\nledger = "sqlite:///{tmp_path}/c.db"\n'
        '[stack]\nlot = "L"\noperator = "o"\n[space]\nsolvent = ["THF", "water"]\nspeed = [1, 10]\n'
        '[objective]\nmeasured = "score"\ngoal = "maximise"\n')
    (tmp_path / "p.csv").write_text("solvent,speed,score\n" + "".join(
        f"{kind},{speed},{speed + 0.1 * speed ** 2 % 3}\n" for kind in ("THF", "water")
        for speed in (1, 3, 5, 8)))
    import_past(tmp_path / "c.toml", tmp_path / "p.csv", None, False)
    predict_recipe("solvent=water,speed=6", f"sqlite:///{tmp_path}/c.db", None, False)
    told = capsys.readouterr().out
    assert "score" in told and "envelope" not in told
