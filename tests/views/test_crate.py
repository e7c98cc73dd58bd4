"""A campaign as an RO-Crate: whole, in published words, without failed numbers, the same again."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest
from crate_lab import MIXED, NAME, PATH, VERSIONS, many, mixed
from crate_proofs import entities, graph_of, metadata, names_in, of_kind, prove_whole
from rdflib import RDF

from pressloop.trials import Ledger, Trial
from pressloop.views.export.crate.columns import KNOWN, MEANINGS, SUFFIXES
from pressloop.views.export.crate.facts import Facts, newest, steps_of
from pressloop.views.export.crate.private import harmless
from pressloop.views.export.crate.terms import CLASSES, NUMBER, RELATIONS, UNITS
from pressloop.views.export.crate.write import Part, write_crate

UNITS_OF_OWN = {"rest_h": "h"}


def facts_of(folder: Path, fill: Callable[[Ledger], None], **more: Any) -> Facts:
    with closing(Ledger.open(f"sqlite:///{folder}/lab.db")) as ledger:
        fill(ledger)
        rows, start = ledger.log(NAME), ledger.opened(NAME)
        assert start is not None
        return Facts(NAME, harmless(ledger.history(NAME)), steps_of(rows), newest(rows),
                     harmless(start.devices), True, UNITS_OF_OWN, **more)


def crate_of(folder: Path, facts: Facts) -> Path:
    folder.mkdir(parents=True)
    (folder / "settings.toml").write_text("[campaign]\n")
    (folder / "raw").mkdir()
    (folder / "raw" / "S 01 ä.csv").write_text("1,2\n")
    write_crate(folder, facts, [Part("settings.toml", "Settings."),
                                Part("raw/S 01 ä.csv", "Raw.", "#measurement-1")])
    return folder


@pytest.fixture(scope="module")
def facts(tmp_path_factory: pytest.TempPathFactory) -> Facts:
    return facts_of(tmp_path_factory.mktemp("ledger"), mixed, licence="CC-BY-4.0",
                    orcids={"ana": "0000-0002-1825-0097"}, publisher="https://ror.org/example")


@pytest.fixture(scope="module")
def crate(facts: Facts, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return crate_of(tmp_path_factory.mktemp("crates") / "one", facts)


def trial(facts: Facts, number: int) -> Trial:
    return next(one for one in facts.trials if one.number == number)


def test_everything_in_the_folder_is_described_and_every_reference_leads_somewhere(crate: Path
                                                                                   ) -> None:
    prove_whole(crate)
    root = entities(crate)["./"]
    assert root["conformsTo"] == {"@id": "https://w3id.org/ro/wfrun/process/0.5"}
    assert root["license"] == {"@id": "https://spdx.org/licenses/CC-BY-4.0"}
    assert "simulated" in root["description"]
    assert f"{MIXED} stacks" in root["description"]


def test_each_pressing_and_measurement_is_an_action_with_who_did_it_by_which_program(crate: Path
                                                                                     ) -> None:
    found = entities(crate)
    acts = {one["@id"]: one for one in of_kind(crate, "CreateAction")}
    # The imported stack was pressed elsewhere, the last one never.
    assert {n for n in acts if n.startswith("#pressing")} == {
        f"#pressing-{n}" for n in (1, 2, 3, 4, 5, 6, 8, 9, 10)}
    assert {n for n in acts if n.startswith("#measurement")} == {
        f"#measurement-{n}" for n in (1, 2, 3, 8, 9, 10)}
    for one in acts.values():
        assert found[one["instrument"]["@id"]]["name"] == "pressloop"
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+00:00",
                            one.get("endTime", one.get("startTime")))
    assert found[acts["#pressing-1"]["agent"]["@id"]] == {
        "@id": "https://orcid.org/0000-0002-1825-0097", "@type": "Person", "name": "ana",
        "affiliation": {"@id": "https://ror.org/example"}}
    assert acts["#pressing-2"]["agent"] == {"@id": "#person-Bo%20Ek"}
    assert {one["@id"] for one in found["./"]["mentions"]} >= set(acts)


def test_how_each_action_ended(crate: Path) -> None:
    acts = {one["@id"]: one for one in of_kind(crate, "CreateAction")}
    done, failed = (f"http://schema.org/{how}ActionStatus" for how in ("Completed", "Failed"))
    assert {name for name, one in acts.items() if one.get("actionStatus") == failed} == {
        "#pressing-4"}
    assert "lost" in acts["#pressing-4"]["error"]
    assert acts["#pressing-5"]["actionStatus"] == done
    assert "actionStatus" not in acts["#pressing-6"]
    assert acts["#measurement-2"]["actionStatus"] == done


def test_versions_of_the_program_and_its_libraries(facts: Facts, crate: Path) -> None:
    found = entities(crate)
    steps = facts.of(trial(facts, 1))
    told = dict(steps.by_kind["pressed"].versions)
    program = found[entities(crate)["#pressing-1"]["instrument"]["@id"]]
    assert program["softwareVersion"] == told["pressloop"]
    libraries = {found[one["@id"]]["name"]: found[one["@id"]]["softwareVersion"]
                 for one in program["softwareRequirements"]}
    assert libraries == {name: number for name, number in told.items() if name != "pressloop"}
    assert {"numpy", "python"} <= set(libraries) & set(VERSIONS)


@pytest.mark.parametrize("number", [2, 3, 4, 5, 6, 8, 9, 10, 11])
def test_a_failed_reading_is_never_a_number(facts: Facts, crate: Path, number: int) -> None:
    for node in _about(crate, number):
        name, value = str(node.get("name", "")), node.get("value")
        assert not ("resistance" in name and value is not None), node
        assert not ("ohm" in str(node.get("unitText")) and value is not None), node
    row = pd.read_parquet(crate / "trials.parquet").set_index("trial").loc[number]
    assert pd.isna(row["resistance_ohm_cm2"])
    assert pd.isna(row["resistance_se_ohm_cm2"])
    # A stack that is still in work has no reason yet, but its state.
    assert isinstance(row["reason"], str) != (number == 6)
    column = pq.read_table(crate / "trials.parquet")["resistance_ohm_cm2"]
    assert column.null_count == sum(1 for one in facts.trials if one.number not in (1, 7))


def _about(crate: Path, number: int) -> list[dict[str, Any]]:
    """Every node about the trial, in both documents, however deep."""
    graph = [*metadata(crate)["@graph"],
             *json.loads((crate / "battery.jsonld").read_text("utf-8"))["@graph"]]
    mine = [one for one in graph if re.fullmatch(
        rf"#(stack|pressing|measurement)-{number}(-\d+)?", one["@id"])]
    assert mine
    return [node for one in mine for node in _nodes(one)]


def _nodes(value: Any) -> list[dict[str, Any]]:
    if isinstance(value, dict):
        return [value, *(node for one in value.values() for node in _nodes(one))]
    return [node for one in value for node in _nodes(one)] if isinstance(value, list) else []


def test_a_missing_point_is_null_with_its_reason_and_without_a_path(crate: Path) -> None:
    table = pd.read_parquet(crate / "spectra.parquet")
    missing = table[table["missing_reason"].notna()]
    assert len(missing) == 6
    assert missing["impedance_real_ohm"].isna().all()
    assert missing["missing_reason"].str.startswith("overload").all()
    assert not missing["missing_reason"].str.contains(PATH).any()


def test_readings_and_set_points_are_those_of_the_ledger(facts: Facts, crate: Path) -> None:
    found = entities(crate)
    points = {found[one["@id"]]["name"]: found[one["@id"]] for one in found["#pressing-1"]["object"]
              if one["@id"].startswith("#pressing-1-")}
    asked = trial(facts, 1).recipe
    assert points["pressure_mpa"]["value"] == asked.pressure_mpa
    assert (points["pressure_mpa"]["unitText"], points["pressure_mpa"]["unitCode"]) == (
        "MPa", "UCUM:MPa")
    assert (points["rest_h"]["value"], points["rest_h"]["unitText"]) == (5.0, "h")
    assert points["collector"]["value"] == "MoS2"
    read = {found[one["@id"]]["name"]: found[one["@id"]]
            for one in found["#measurement-1"]["result"] if one["@id"].startswith("#")}
    outcome: Any = trial(facts, 1).outcome
    assert read["resistance_ohm_cm2"]["value"] == outcome.resistance_ohm_cm2
    assert repr(outcome.resistance_se_ohm_cm2) in read["resistance_ohm_cm2"]["description"]
    assert {"@id": "raw/S%2001%20%C3%A4.csv"} in found["#measurement-1"]["result"]


def test_the_battery_document_is_json_ld_of_published_words_alone(crate: Path) -> None:
    document = json.loads((crate / "battery.jsonld").read_text("utf-8"))
    known = {*CLASSES, *RELATIONS, *NUMBER, *document["@context"]}
    for node in _nodes(document["@graph"]):
        kinds = node.get("@type", [])
        assert {*(k for k in node if k[0] != "@"), *(
            kinds if isinstance(kinds, list) else [kinds])} <= known, node
    graph = graph_of(document, "battery.jsonld")
    # Nothing was dropped for want of a meaning.
    told = [node for node in _nodes(document["@graph"]) if list(node) != ["@id"]]
    assert len(set(graph.subjects())) == len(told)
    assert len(graph) == sum(len(value) if isinstance(value, list) else 1 for node in told
                             for key, value in node.items() if key != "@id")
    for _, predicate, value in graph:
        assert str(predicate).startswith("http")
        if predicate == RDF.type:
            assert str(value).startswith(("https://w3id.org/emmo", "http://schema.org/"))


def test_both_documents_speak_of_the_same_things(crate: Path) -> None:
    battery = json.loads((crate / "battery.jsonld").read_text("utf-8"))
    there = names_in(graph_of(battery, "battery.jsonld"))
    meta = names_in(graph_of(metadata(crate), "ro-crate-metadata.json"))
    # The pressing and reading of the imported stack are no actions of this lab.
    assert there - meta == {"#pressing-7", "#measurement-7"}


def test_emmo_words_stand_where_it_has_them(crate: Path) -> None:
    battery = json.loads((crate / "battery.jsonld").read_text("utf-8"))
    nodes = {one["@id"]: one for one in battery["@graph"]}
    asked = {one["name"]: one for one in nodes["#pressing-1"]["hasProperty"]}
    assert asked["pressure_mpa"]["@type"] == ["Pressure", "PropertyValue"]
    assert asked["pressure_mpa"]["hasNumericalPart"]["hasNumberValue"] == (
        asked["pressure_mpa"]["value"])
    assert asked["dwell_s"]["hasMeasurementUnit"] == {"@id": "https://w3id.org/emmo#Second"}
    # EMMO has no megapascal, no area-specific resistance and none of the lab's own parameters.
    assert "hasMeasurementUnit" not in asked["pressure_mpa"]
    assert asked["rest_h"]["@type"] == "PropertyValue"
    results = {one.get("name"): one for one in nodes["#measurement-1"]["hasOutput"]}
    assert results["resistance_ohm_cm2"]["@type"] == "PropertyValue"
    assert results["resistance_ohm"]["@type"] == ["ElectricResistance", "PropertyValue"]
    assert results["resistance_ohm_cm2"]["hasMetrologicalUncertainty"]["value"] == 0.5 + 1 / 7
    really = {one["name"]: one["value"] for one in nodes["#pressing-2"]["hasProperty"]}
    assert (really["pressure_mpa"], really["achieved_pressure_mpa"]) == (100.0 + 2 / 3, 180.5)
    assert nodes["#stack-4"]["identifier"] == "N-041"
    assert "hasSeparator" not in nodes["#stack-6"]


def test_tables_say_their_units_in_the_file_and_in_the_metadata(crate: Path) -> None:
    found = entities(crate)
    for name in ("trials", "spectra", "controls", "traces"):
        schema = pq.read_schema(crate / f"{name}.parquet")
        told = {found[one["@id"]]["name"]: found[one["@id"]]
                for one in found[f"{name}.parquet"]["variableMeasured"]}
        assert list(told) == schema.names
        for field in schema:
            assert field.metadata[b"description"].decode() == told[field.name]["description"]
            assert field.metadata.get(b"unit", b"").decode() == told[field.name].get("unitText", "")
    schema = pq.read_schema(crate / "traces.parquet")
    assert schema.field("force_n").metadata[b"unit"] == b"N"
    assert pq.read_schema(crate / "trials.parquet").field("rest_h").metadata[b"unit"] == b"h"


def test_arrays_come_back_bit_for_bit(facts: Facts, crate: Path) -> None:
    spectra, traces = (pd.read_parquet(crate / f"{n}.parquet") for n in ("spectra", "traces"))
    for one in facts.trials:
        for spectrum in one.spectra:
            rows = spectra[(spectra.trial == one.number) & spectra.missing_reason.isna()]
            read = rows.impedance_real_ohm.to_numpy() + 1j * rows.impedance_imag_ohm.to_numpy()
            assert read.tobytes() == spectrum.impedance_ohm.tobytes()
            assert rows.frequency_hz.to_numpy().tobytes() == spectrum.frequency_hz.tobytes()
        if one.trace is not None:
            rows = traces[traces.trial == one.number]
            assert rows.force_n.to_numpy().tobytes() == one.trace.force_n.tobytes()
            assert np.array_equal(rows.time_s, one.trace.time_s)
            assert rows.position_mm.isna().all()


def test_the_same_facts_give_the_same_bytes(facts: Facts, crate: Path, tmp_path: Path) -> None:
    other = crate_of(tmp_path / "again" / "two", facts)
    assert bytes_of(other) == bytes_of(crate)


def bytes_of(folder: Path) -> dict[str, bytes]:
    return {p.relative_to(folder).as_posix(): p.read_bytes()
            for p in folder.rglob("*") if p.is_file()}


def test_a_crate_without_a_licence_says_that_none_is_stated(tmp_path: Path) -> None:
    crate = crate_of(tmp_path / "c", facts_of(tmp_path, mixed))
    assert entities(crate)["./"]["license"].startswith("None is stated")
    assert entities(crate)["#person-ana"] == {"@id": "#person-ana", "@type": "Person",
                                              "name": "ana"}


@pytest.mark.parametrize("stacks", [0, 1])
def test_campaigns_with_no_stack_and_with_one(tmp_path: Path, stacks: int) -> None:
    crate = crate_of(tmp_path / "c", facts_of(tmp_path, lambda ledger: many(ledger, stacks)))
    prove_whole(crate)
    assert len(of_kind(crate, "CreateAction")) == 2 * stacks
    assert len(pd.read_parquet(crate / "trials.parquet")) == stacks
    assert pq.read_table(crate / "spectra.parquet").num_rows == 3 * stacks


@pytest.mark.slow
def test_three_thousand_stacks(tmp_path: Path) -> None:
    one = facts_of(tmp_path, lambda ledger: many(ledger, 1))
    trials = tuple(replace(one.trials[0], number=n, stack=replace(
        one.trials[0].stack, stack_id=f"S-{n}")) for n in range(1, 3001))
    big = replace(one, trials=trials, steps=dict.fromkeys(range(1, 3001), one.steps[1]))
    crate = crate_of(tmp_path / "c", big)
    prove_whole(crate)
    assert len(of_kind(crate, "CreateAction")) == 6000
    assert pq.read_table(crate / "traces.parquet").num_rows == 9000


def test_every_column_has_a_meaning_and_every_unit_a_code() -> None:
    assert set(MEANINGS) >= KNOWN
    assert set(SUFFIXES.values()) <= set(UNITS)
    assert all(iri.startswith("https://w3id.org/emmo") for iri in (
        *CLASSES.values(), *RELATIONS.values(), *NUMBER.values()))
    assert len({*CLASSES.values(), *RELATIONS.values()}) == len(CLASSES) + len(RELATIONS)
