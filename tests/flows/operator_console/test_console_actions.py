"""What people do in the console is what the commands do: read back, confirmed, and signed."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from pathlib import Path

import pytest
from console_lab import NAME, Desk, console, cut_off_lab, pressed_lab

from pressloop.flows.campaign.stored import stored
from pressloop.flows.deployments.people_forms import attached
from pressloop.flows.deployments.starting import SETTINGS_VARIABLE
from pressloop.hardware.locks.lock import press_lock
from pressloop.trials import Failed, State
from pressloop.trials.outcome import Spoilt
from pressloop.trials.people import Requested

pytestmark = pytest.mark.slow
RECIPE = {"pressure_mpa": "200", "dwell_s": "60", "temperature_c": "25", "reason": "to see"}
PNG = b"\x89PNG\r\n\x1a\n" + bytes(100)


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    pressed_lab(tmp_path)
    with console(tmp_path) as desk:
        yield desk


def newest(desk: Desk) -> int:
    return desk.ledger().newest()


@pytest.mark.parametrize(("field", "typed", "why"), [
    ("pressure_mpa", "NaN", "a number, such as 1.2"), ("pressure_mpa", "", "a number"),
    ("pressure_mpa", "1,9,9", "a number"), ("pressure_mpa", "1.900,5", "a number"),
    ("pressure_mpa", "1e999", "a number"), ("pressure_mpa", "19 t", "a number"),
    ("pressure_mpa", "-200", "above 0"), ("pressure_mpa", "2000", "pressure_mpa = 2000"),
    ("pressure_mpa", "inf", "a number"), ("dwell_s", "3 min 20", "minutes as in 3:00"),
    ("dwell_s", "0", "dwell_s = 0"), ("temperature_c", "hot", "a number"),
    ("temperature_c", "900", "temperature_c = 900"), ("reason", "  ", "Reason")])
def test_a_mistyped_value_is_refused_and_nothing_is_queued(
        desk: Desk, field: str, typed: str, why: str) -> None:
    before = newest(desk)
    assert why in desk.refusal("queue", **(RECIPE | {field: typed}))
    assert newest(desk) == before


def test_a_comma_is_a_point_and_read_back_as_that(desk: Desk) -> None:
    told = desk.ask("queue", RECIPE | {"pressure_mpa": "120,5", "dwell_s": "1:30"})
    assert told["confirm"].startswith("Press the next stack at 120.5\u00a0MPa, 90\u00a0s")
    done = desk.ask("queue", RECIPE | {"pressure_mpa": "120,5", "dwell_s": "1:30"},
                    confirmed=told["seal"])
    assert "120.5" in done["done"]
    waiting = desk.ledger().queue(NAME).waiting
    assert [(q.recipe.pressure_mpa, q.recipe.dwell_s) for q in waiting.values()] == [(120.5, 90.0)]


def test_only_what_was_read_back_is_confirmed(desk: Desk) -> None:
    seal = desk.ask("queue", RECIPE)["seal"]
    other = desk.ask("queue", RECIPE | {"pressure_mpa": "210"}, confirmed=seal)
    assert "confirm" in other and "210" in other["confirm"]
    assert "confirm" in desk.ask("queue", RECIPE, by="ben", confirmed=seal)
    assert not desk.ledger().queue(NAME).waiting


@pytest.mark.parametrize("by", ["", "   ", "x" * 81, "a\x07b"])
def test_nobody_acts_without_a_name(desk: Desk, by: str) -> None:
    assert desk.ask("queue", RECIPE, by=by)["error"].startswith("Operator = ")


def test_every_entry_says_who(desk: Desk) -> None:
    desk.do("queue", **RECIPE)
    desk.do("drop", number=1, reason="thought better of it")
    desk.do("mark", trial=2, over=0, label="crushed", reason="cracks")
    desk.do("note", text="the die squeaks", trial=2)
    rows = [row for row in desk.ledger().log(NAME) if row.kind in (
        "queued", "unqueued", "corrected", "noted")]
    assert [row.kind for row in rows] == ["queued", "unqueued", "corrected", "noted"]
    assert all(row.operator.startswith("ana (") for row in rows)
    assert "the die squeaks" in desk.part("one", trial=2)


def test_a_crush_that_somebody_sees_counts(desk: Desk) -> None:
    assert "crushed" in desk.do("mark", trial=1, over=0, label="crushed", reason="cracks")
    found = desk.ledger().trial(NAME, 1)
    assert found is not None and isinstance(found.outcome, Failed)
    assert "cracks" in desk.part("one", trial=1)
    desk.do("restore", trial=1, over=1, reason="another stack")
    desk.do("mark", trial=1, over=2, label="spoilt", reason="dropped it")
    again = desk.ledger().trial(NAME, 1)
    assert again is not None and isinstance(again.outcome, Spoilt)


def test_of_two_people_the_second_is_told(desk: Desk) -> None:
    first = desk.ask("mark", {"trial": 2, "over": 0, "label": "crushed", "reason": "cracks"})
    desk.do("withdraw", trial=2, over=0, reason="typed twice")
    late = desk.ask("mark", {"trial": 2, "over": 0, "label": "crushed", "reason": "cracks"},
                    confirmed=first["seal"])
    assert "Somebody else was faster" in late["error"]


def test_a_value_is_corrected_and_a_senseless_one_is_not(desk: Desk) -> None:
    given = {"trial": 1, "over": 0, "name": "resistance_ohm_cm2", "reason": "point slipped"}
    assert "a number" in desk.refusal("correct", **given, value="39.5.5")
    assert "a value" in desk.refusal("correct", **given, value="")
    told = desk.ask("correct", given | {"value": "-3"})
    assert "error" in desk.ask("correct", given | {"value": "-3"}, confirmed=told["seal"])
    assert "39.55" in desk.do("correct", **given, value="39,55")
    assert stored(desk.url, NAME).trials[0].outcome.resistance_ohm_cm2 == 39.55  # type: ignore[union-attr]


def test_named_parameters_of_an_attached_stack_are_corrected(
        tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    example = Path(__file__).parents[3] / "examples" / "conductivity_by_hand.toml"
    (tmp_path / "lab.toml").write_text(example.read_text().replace("pellets.db", "lab.db"))
    monkeypatch.setenv(SETTINGS_VARIABLE, str(tmp_path / "lab.toml"))
    attached.fn(pressure_mpa=300.0, dwell_s=60.0, temperature_c=25.0, stack="guest", reason="why",
                measured="conductivity=1.9")
    with console(tmp_path) as desk:
        given = {"trial": 1, "over": 0, "name": "collector", "reason": "read the label again"}
        form = desk.get("form/correct?campaign=pellets&trial=1&over=0").text
        assert "collector" in form and "ramp_mpa_per_s" in form and "conductivity" in form
        told = desk.ask("correct", given | {"value": "copper"}, campaign="pellets")
        wrong = desk.ask("correct", given | {"value": "copper"}, campaign="pellets",
                         confirmed=told["seal"])
        assert "bare-SUS" in wrong["error"]
        told = desk.ask("correct", given | {"value": "MoS2-SUS"}, campaign="pellets")
        done = desk.ask("correct", given | {"value": "MoS2-SUS"}, campaign="pellets",
                        confirmed=told["seal"])
        assert "MoS2-SUS" in done["done"]


@pytest.mark.parametrize("values", [
    {"trial": 99, "over": 0, "label": "crushed", "reason": "x"},
    {"trial": 1, "over": 0, "label": "exploded", "reason": "x"},
    {"trial": 1, "over": 0, "label": "", "reason": "x"},
    {"trial": "1; drop", "over": 0, "label": "crushed", "reason": "x"},
    {"trial": 1, "over": 0, "label": "crushed", "reason": ""}])
def test_a_mark_that_makes_no_sense_is_refused(desk: Desk, values: dict[str, object]) -> None:
    before = newest(desk)
    assert desk.refusal("mark", **values)
    assert newest(desk) == before


def test_an_unknown_stack_is_settled(tmp_path: Path) -> None:
    number = cut_off_lab(tmp_path)
    with console(tmp_path) as desk:
        assert "look at the stack and settle it" in desk.part("work")
        assert "What you saw" in desk.refusal("settle", trial=number, reason=" ")
        assert "open" in desk.refusal("settle", trial=1, reason="whole")
        trial = desk.ledger().trial(NAME, number)
        assert trial is not None
        told = desk.ask("settle", {"trial": number, "reason": "in two pieces"})
        with press_lock(trial.press_serial):
            held = desk.ask("settle", {"trial": number, "reason": "in two pieces"},
                            confirmed=told["seal"])
        assert "held by another run" in held["error"]
        assert "settled" in desk.do("settle", trial=number, reason="in two pieces")
        settled = desk.ledger().trial(NAME, number)
        assert settled is not None and settled.state is State.SETTLED
        assert "No stack is in work" in desk.part("work")


def test_a_run_that_is_not_there_takes_no_requests(desk: Desk) -> None:
    for action in ("pause", "go_on", "stop"):
        assert "Start the campaign first" in desk.refusal(action, reason="")
    assert "Nothing is under load" in desk.refusal("release", reason="stop")
    assert desk.ledger().requested(NAME) == ()


def test_caution_is_changed_and_recorded(desk: Desk) -> None:
    now = {"max_crush_probability": "0.05", "max_crush_probability_exploring": "0.35",
           "max_failure_probability": "0.1", "losses": "2", "survival_exponent": "2"}
    assert "Nothing was changed" in desk.refusal("caution", **now, reason="x")
    for wrong in ("1,5", "0", "NaN", "-1"):
        assert desk.refusal("caution", **(now | {"max_crush_probability": wrong}), reason="x")
    desk.do("caution", **(now | {"max_crush_probability": "0,02"}), reason="dies are dear")
    assert stored(desk.url, NAME).settings.limits.max_crush_probability == 0.02
    assert "dies are dear" in desk.part("caution")
    desk.do("caution", **now, reason="dies are cheap")
    assert stored(desk.url, NAME).settings.limits.max_crush_probability == 0.05


def test_a_photo_is_kept_and_what_is_none_is_not(desk: Desk) -> None:
    text = base64.b64encode(PNG).decode()
    assert "Noted" in desk.do("note", text="see here", trial=1, photo=text)
    answer = desk.get(f"photo?campaign={NAME}&note=1")
    assert answer.content == PNG and answer.headers["content-type"] == "image/png"
    script = base64.b64encode(b"<svg onload=alert(1)>").decode()
    assert "JPEG or PNG" in desk.refusal("note", text="see", photo=script)
    assert "damaged" not in desk.refusal("note", text="see", photo="A" * 8)
    assert "JPEG or PNG" in desk.refusal("note", text="see", photo="%%%")
    assert len(desk.ledger().noted(NAME)) == 1


def test_only_settings_files_of_the_folder_are_started(desk: Desk, tmp_path: Path) -> None:
    outside = tmp_path.parent / "outside.toml"
    outside.write_text((tmp_path / "lab.toml").read_text())
    (tmp_path / "other.toml").write_text((tmp_path / "lab.toml").read_text().replace(
        "lab.db", "another.db"))
    for name in ("../outside.toml", str(outside), "other.toml", "nothing.toml", ""):
        assert "settings file" in desk.refusal("start", file=name)
    told = desk.ask("start", {"file": "lab.toml"})
    assert "SIMULATED" in told["confirm"], told
    assert "other.toml" not in desk.get("form/start").text


def test_what_a_run_is_asked_is_on_record_and_shown(desk: Desk) -> None:
    with desk.ledger() as ledger:
        ledger.append(NAME, None, Requested(1, "pause", "lunch"))
    assert "by a person: pause: lunch" in desk.part("lately")
