"""What is published says nothing of where a lab keeps things, and all else stays as it is."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pressloop.trials.outcome import Failed, FailureMode, Intact
from pressloop.trials.recipe import Recipe
from pressloop.trials.stack import Stack
from pressloop.trials.trial import State, Trial
from pressloop.views.export.crate.private import (
    LEFT_OUT,
    harmless,
    names_places,
    settings_without_places,
    without_places,
)

NAMES = st.text("abcXYZ019-_.ä", min_size=1, max_size=12).filter(lambda name: name.strip("."))


@pytest.mark.parametrize("place", [
    "/home/ana/exports/S-1.csv", "/srv/press", "C:\\Users\\ana maria\\exp orts\\S-1.DTA",
    "d:/data/x.csv", "\\\\nas\\lab\\a b\\c.csv", "~/exports/a.csv", "~ana/exports/a.csv",
    "file:///srv/x", "sqlite:////srv/lab.db", "postgresql+psycopg://ana:hunter2@db.lab/ledger",
    "https://ana:hunter2@hooks.example/x", "TCPIP::10.0.0.5::5025::SOCKET", "10.0.0.5:502",
    "USB0::0x0957::0x1807::MY1::INSTR", "password=hunter2", "token: abc123"])
def test_a_place_is_left_out_and_the_rest_of_the_sentence_stays(place: str) -> None:
    told = without_places(f"the meter ({place}) is silent")
    # A password may end in a bracket.
    assert told.replace("]) is", "] is") == f"the meter ({LEFT_OUT} is silent"
    assert names_places(f"run from {place}\n1,2".encode())
    assert names_places(f"\ufeffrun from {place}\n1,2".encode("utf-16-le"))


@pytest.mark.parametrize("text", [
    "212.4 MPa, 38.1 ± 0.4 ohm cm2", "ohm/cm2/s and/or 1/2/3", "R(RQ)/(RQ)", "L0-R0-p(R1,CPE1)",
    "see https://doi.org/10.1016/j.ensm.2022.01.001", "versions 2.13.0 and 3.11.7", "at 10:30, S-1",
    "26/11/2026 09:00", "lot NCM622-LPSCl-07", "S-01.csv in exports/night", "", "a : b // c"])
def test_other_texts_stay_as_they_are(text: str) -> None:
    assert without_places(text) == text
    assert not names_places(text.encode())


@given(st.lists(NAMES, min_size=2, max_size=6), st.sampled_from(["/", "C:\\", "\\\\", "~/"]))
def test_no_part_of_a_path_survives(parts: list[str], root: str) -> None:
    told = without_places(f"log {root}{('/' if root[-1] == '/' else chr(92)).join(parts)} lost")
    assert told == f"log {LEFT_OUT} lost"


def test_names_of_stacks_and_lots_stay_whatever_they_look_like() -> None:
    stack = Stack("26.11.29.1", "/a/b", "~x/y", 0.785, 600.0)
    trial = Trial(1, stack, Recipe(100.0, 60.0, 25.0), State.EVALUATED,
                  outcome=Failed(FailureMode.CRUSHED, "see /srv/x/y.png"))
    made = harmless(trial)
    assert made.stack is stack
    assert made.outcome == Failed(FailureMode.CRUSHED, f"see {LEFT_OUT}")
    assert trial.outcome == Failed(FailureMode.CRUSHED, "see /srv/x/y.png")


def test_numbers_and_what_has_no_places_are_the_same_objects() -> None:
    trial = Trial(1, Stack("S", "L", "o", 0.785, 600.0), Recipe(100.0, 60.0, 25.0),
                  State.EVALUATED, outcome=Intact(38.1, 0.4))
    assert harmless(trial) is trial


def test_settings_lose_addresses_paths_and_secrets_by_name() -> None:
    told: dict[str, Any] = {
        "campaign": {"name": "night", "ledger": "sqlite:///lab.db", "trials": 4, "area": None},
        "space": {"port": [1.0, 5.0], "pressure_mpa": [50.0, 500.0]},
        "press": {"driver": "lab.driver", "host": "press.lab", "port": 502, "map": "/srv/map.toml",
                  "api_key": "abc", "preset": "reference"},
        "presses": [{"name": "left", "host": "a", "die_diameter_mm": 10}],
        "notify": {"command": ["curl", "x"], "on": ["finished"]}, "earlier": {"campaigns": []}}
    kept, gone = settings_without_places(told)
    assert kept == {
        "campaign": {"name": "night", "trials": 4},
        "space": {"port": [1.0, 5.0], "pressure_mpa": [50.0, 500.0]},
        "press": {"driver": "lab.driver", "preset": "reference"},
        "presses": [{"name": "left", "die_diameter_mm": 10}],
        "notify": {"on": ["finished"]}, "earlier": {"campaigns": []}}
    assert gone == ["campaign.ledger", "press.host", "press.port", "press.map", "press.api_key",
                    "presses[1].host", "notify.command"]
