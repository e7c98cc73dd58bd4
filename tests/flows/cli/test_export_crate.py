"""`pressloop export --crate`: what is published is valid, says no secret, and comes back."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from crate_lab import MIXED, NAME, SECRETS, intact, many, mixed, opened, pressed, settings, stack
from crate_proofs import entities, issues, of_kind, prove_whole
from typer.testing import CliRunner

from pressloop.flows.cli.main import app
from pressloop.hardware.exports.used import Used, digest
from pressloop.trials import Ledger, State, Trial, read_trials
from pressloop.trials.outcome import Failed, Intact, SetAside, Spoilt, Withdrawn

pytestmark = pytest.mark.slow

Command = Callable[..., Any]
ASKED = ("--license", "CC-BY-4.0", "--orcid", "ana=0000-0002-1825-0097", "--publisher",
         "https://ror.org/example")
NOT_FOLLOWED = {
    "process-run-crate-0.5_3.2": "pressloop has no page to point to",
    "process-run-crate-0.5_5.1": "for the same reason its name is the crate's own",
    "process-run-crate-0.5_8.4": "what has not ended has no end",
    "process-run-crate-0.5_10.1": "stacks are things, not data",
    "process-run-crate-0.5_11.1": "a pressing that failed left no trace"}
"""Recommendations that are not followed, and why."""


def filled(folder: Path, fill: Callable[[Ledger], None] = mixed) -> str:
    url = f"sqlite:///{folder}/lab.db"
    with closing(Ledger.open(url)) as ledger:
        fill(ledger)
    return url


def exported(*arguments: object) -> None:
    done = CliRunner().invoke(app, ["export", *map(str, arguments)], catch_exceptions=False)
    assert done.exit_code == 0, done.output


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A ledger with a mixed campaign, its crate as a folder, and again as a ZIP file."""
    folder = tmp_path_factory.mktemp("lab")
    url = filled(folder)
    exported("--ledger", url, "--crate", folder / "crate", *ASKED)
    exported("--ledger", url, "--crate", folder / "crate.zip", *ASKED)
    return folder


def history(lab: Path) -> dict[int, Trial]:
    with closing(Ledger.open(f"sqlite:///{lab}/lab.db")) as ledger:
        return {one.number: one for one in ledger.history(NAME)}


def test_a_published_crate_is_whole(lab: Path) -> None:
    prove_whole(lab / "crate")
    assert {one["@id"] for one in of_kind(lab / "crate", "File")} == {
        "settings.toml", "report.html", "recommendation.json", "recommendation.md",
        "trials.parquet", "trials.csv", "spectra.parquet", "controls.parquet", "traces.parquet",
        "battery.jsonld"}


@pytest.mark.parametrize("profile", ["ro-crate-1.1", "process-run-crate-0.5"])
def test_the_validator_of_ro_crates_finds_nothing_wrong(lab: Path, tmp_path: Path, profile: str
                                                        ) -> None:
    assert issues(lab / "crate", tmp_path, "required", profile) == []


def test_which_recommendations_are_not_followed(lab: Path, tmp_path: Path) -> None:
    found = {one["check"]["identifier"] for one in issues(lab / "crate", tmp_path, "recommended")}
    assert found == set(NOT_FOLLOWED)


def test_a_second_export_has_the_same_bytes_in_a_zip_file_too(lab: Path) -> None:
    first = {p.relative_to(lab / "crate").as_posix(): p.read_bytes()
             for p in (lab / "crate").rglob("*") if p.is_file()}
    with zipfile.ZipFile(lab / "crate.zip") as archive:
        assert {name: archive.read(name) for name in archive.namelist()} == first
        assert {one.date_time for one in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}


def test_no_secret_and_no_place_of_the_lab_is_in_it(lab: Path) -> None:
    for path in (lab / "crate").rglob("*"):
        if path.is_file():
            data = path.read_bytes()
            for secret in (*SECRETS, str(lab)):
                assert secret.encode() not in data, (path.name, secret)
    left_out = (lab / "crate" / "settings.toml").read_text().splitlines()[1]
    assert all(key in left_out for key in ("campaign.ledger", "meter.folder", "notify.command"))


def test_a_table_of_the_crate_is_the_same_history_again(lab: Path) -> None:
    for name in ("trials.csv", "trials.parquet"):
        read = {one.stack.stack_id: one for one in read_trials(lab / "crate" / name)}
        told = history(lab)
        assert len(read) == len(told) == MIXED
        for one in told.values():
            same_trial(read[one.stack.stack_id], one)


def same_trial(read: Trial, told: Trial, *, core: bool = True) -> None:
    names = ("pressure_mpa", "dwell_s", "temperature_c")
    assert [read.recipe.value(n) for n in names] == [told.recipe.value(n) for n in names]
    if not core:
        assert read.recipe == told.recipe
    assert (read.stack.lot, read.stack.operator) == (told.stack.lot, told.stack.operator)
    assert [read.pressed.value(n) for n in names] == [told.pressed.value(n) for n in names]
    if told.outcome is None:
        # The machine failed, and it is not the stack's fault; or the stack is in work.
        assert isinstance(read.outcome, SetAside) == (told.state is State.FAULTED)
        return
    assert type(read.outcome) is type(told.outcome)
    match read.outcome, told.outcome:
        case (Intact() as a), (Intact() as b):
            assert (a.resistance_ohm_cm2, a.resistance_se_ohm_cm2, a.damage,
                    a.stack_pressure_mpa) == (b.resistance_ohm_cm2, b.resistance_se_ohm_cm2,
                                              b.damage, b.stack_pressure_mpa)
        case (Failed() as a), (Failed() as b):
            assert (a.mode, a.damage, a.achieved) == (b.mode, b.damage, b.achieved)
        case ((SetAside() | Spoilt() | Withdrawn()) as a), b:
            assert a.reason == getattr(b, "reason", None)


@pytest.mark.parametrize("name", ["trials.csv", "trials.parquet"])
def test_another_lab_imports_the_crate_with_its_own_settings(lab: Path, tmp_path: Path,
                                                            pressloop: Command, name: str) -> None:
    crate = lab / "crate"
    done = pressloop("import", crate / "settings.toml", crate / name, "--ledger",
                     "sqlite:///theirs.db", "--json")
    assert (done.code, done.json["added"], done.json["in_work"]) == (0, MIXED - 1, 1)
    told = {one.stack.stack_id: one for one in history(lab).values()}
    with closing(Ledger.open("sqlite:///theirs.db")) as ledger:
        for one in ledger.history(NAME):
            same_trial(one, told[one.stack.stack_id], core=False)
    again = pressloop("import", crate / "settings.toml", crate / name, "--ledger",
                      "sqlite:///theirs.db", "--json")
    assert again.json["added"] == 0


def test_a_ledger_in_postgresql_gives_the_same_documents(lab: Path, postgres: Any, tmp_path: Path,
                                                         pressloop: Command) -> None:
    url = postgres.database()
    with closing(Ledger.open(url)) as ledger:
        mixed(ledger)
    done = pressloop("export", "--ledger", url, "--crate", "crate", *ASKED, "--json")
    assert done.code == 0, done.err
    assert done.json["campaign"] == NAME
    prove_whole(tmp_path / "crate")
    for name in ("trials.csv", "spectra.parquet", "traces.parquet", "settings.toml"):
        assert (tmp_path / "crate" / name).read_bytes() == (lab / "crate" / name).read_bytes(), name
    assert all(url.encode() not in p.read_bytes() for p in (tmp_path / "crate").iterdir())


@pytest.mark.parametrize("stacks", [0, 1])
def test_campaigns_that_have_hardly_begun(tmp_path: Path, pressloop: Command, stacks: int) -> None:
    url = filled(tmp_path, lambda ledger: many(ledger, stacks))
    done = pressloop("export", "--ledger", url, "--crate", "c")
    assert done.code == 0
    assert "No licence is stated" in done.err
    prove_whole(tmp_path / "c")
    assert (tmp_path / "c" / "report.html").exists() == bool(stacks)
    assert issues(tmp_path / "c", tmp_path) == []


def test_files_of_the_machines_come_along_unless_they_name_places(tmp_path: Path,
                                                                  pressloop: Command) -> None:
    folder, logs = tmp_path / "exports", tmp_path / "logs"
    folder.mkdir()
    logs.mkdir()
    texts = {"S-01 after.csv": "1e3,40,-8\n", "S-02.DTA": "C:\\Users\\ana\\run.DTA\n1e3,4\n",
             "S-03.csv": "1e3,40\n"}
    url = f"sqlite:///{tmp_path}/lab.db"
    used = Used(tmp_path / "lab.db")
    for number, (name, text) in enumerate(texts.items(), start=1):
        (folder / name).write_text(text)
        used.take(digest((folder / name).read_bytes()), f"S-{number:02d}", name, 1)
    used.take("0" * 64, "S-04", "gone.csv", 1)
    used.take("0" * 64, "of another campaign", "other.csv", 1)
    (folder / "S-03.csv").write_text("changed since")
    (logs / "S-01.csv").write_text("time_s,force_kN\n0,1\n")
    of = settings(meter={"folder": str(folder)}, press={"driver": "simulated",
                                                        "log_folder": str(logs)})
    with closing(Ledger.open(url)) as ledger:
        ledger.append(NAME, None, opened(of))
        for number in range(1, 5):
            pressed(ledger, number, intact(number))
    done = pressloop("export", "--ledger", url, "--crate", "c", "--json")
    assert done.code == 0
    raw = {name for name in done.json["files"] if name.startswith("raw/")}
    assert raw == {"raw/meter/S-01 after.csv", "raw/press/S-01.csv"}
    told = " ".join(done.json["left_out"])
    assert "S-02.DTA names a folder" in told
    assert "S-03.csv was changed" in told
    assert "gone.csv is no longer" in told
    assert "other.csv" not in told
    prove_whole(tmp_path / "c")
    assert {"@id": "raw/meter/S-01%20after.csv"} in entities(tmp_path / "c")["#measurement-1"][
        "result"]
    assert {"@id": "raw/press/S-01.csv"} in entities(tmp_path / "c")["#pressing-1"]["result"]
    assert issues(tmp_path / "c", tmp_path) == []
    pressloop("export", "--ledger", url, "--crate", "d", "--raw")
    assert (tmp_path / "d" / "raw" / "meter" / "S-02.DTA").read_text() == texts["S-02.DTA"]


def test_presses_with_names_and_settings_that_changed(tmp_path: Path, pressloop: Command) -> None:
    def fill(ledger: Ledger) -> None:
        ledger.append(NAME, None, opened(settings()))
        ledger.append(NAME, None, opened(settings(campaign={"trials": 9})))
        pressed(ledger, 1, intact(1), press="left")
        pressed(ledger, 2, intact(2), press="right")

    url = filled(tmp_path, fill)
    assert pressloop("export", "--ledger", url, "--crate", "c").code == 0
    prove_whole(tmp_path / "c")
    header, *rows = (tmp_path / "c" / "trials.csv").read_text().splitlines()
    at = header.split(",").index("press")
    assert [row.split(",")[at] for row in rows] == ["left", "right"]
    assert "trials = 9" in (tmp_path / "c" / "settings.toml").read_text()
    assert "trials = 4" in (tmp_path / "c" / "settings-before-1.toml").read_text()


@pytest.mark.parametrize(("arguments", "words"), [
    ((), ("--crate", "--out")),
    (("--out", "o", "--crate", "c"), ("--out",)),
    (("--out", "o", "--license", "CC-BY-4.0"), ("--license", "--crate")),
    (("--crate", "c", "--license", "do what you like"), ("--license", "SPDX")),
    (("--crate", "c", "--orcid", "ana=0000-0002-1825-0098"), ("--orcid", "check digit")),
    (("--crate", "c", "--orcid", "0000-0002-1825-0097"), ("--orcid", "Bo Ek, ana")),
    (("--crate", "c", "--orcid", "eve=0000-0002-1825-0097"), ("--orcid", "eve")),
    (("--crate", "full"), ("--crate", "new or empty")),
    (("--crate", "c", "--campaign", "day"), ("--campaign", NAME)),
])
def test_what_makes_no_sense_is_refused_and_nothing_is_written(
        tmp_path: Path, pressloop: Command, nothing_changes: Any, arguments: tuple[str, ...],
        words: tuple[str, ...]) -> None:
    url = filled(tmp_path)
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "mine.txt").write_text("mine")
    with nothing_changes():
        pressloop("export", "--ledger", url, *arguments).refused(*words)


def test_a_place_that_cannot_be_written_to_is_told_by_the_option(tmp_path: Path,
                                                                 pressloop: Command) -> None:
    url = filled(tmp_path, lambda ledger: many(ledger, 0))
    (tmp_path / "file").write_text("no folder")
    pressloop("export", "--ledger", url, "--crate", "file/c.zip").refused("--crate", "file")


def test_an_older_zip_file_is_replaced_whole(tmp_path: Path, pressloop: Command) -> None:
    url = filled(tmp_path, lambda ledger: many(ledger, 0))
    (tmp_path / "c.zip").write_text("older")
    assert pressloop("export", "--ledger", url, "--crate", "c.zip").code == 0
    with zipfile.ZipFile(tmp_path / "c.zip") as archive:
        assert json.loads(archive.read("ro-crate-metadata.json"))["@graph"]
    assert [p.name for p in tmp_path.iterdir() if p.name.startswith(".")] == []


def test_stacks_of_the_inventory_keep_their_barcodes(lab: Path) -> None:
    assert stack(4, barcode="N-041").barcode == entities(lab / "crate")["#stack-4"]["identifier"]
