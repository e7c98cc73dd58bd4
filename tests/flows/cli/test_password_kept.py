"""A password in the ledger's address is told by nobody: no screen, no ledger, no Prefect."""


from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from few_stacks import QUICK
from lab_files import SETTINGS, write_settings
from sqlalchemy import create_engine, text

from pressloop.trials import Ledger

pytestmark = [pytest.mark.prefect, pytest.mark.slow]
WORD = "hush-hush"


@pytest.mark.parametrize("given", ["in the settings", "by --ledger"])
def test_a_run_keeps_it_to_itself(given: str, server: Any, postgres: Any, tmp_path: Path,
                                  pressloop: Callable[..., Any]) -> None:
    url = postgres.database().replace("@/", f":{WORD}@/")
    there = given == "in the settings"
    write_settings(tmp_path, **QUICK, campaign={
        "trials": 1, **({"ledger": url} if there else {})})
    done = pressloop("run", SETTINGS, *(() if there else ("--ledger", url)))
    assert done.code == 0, done.err
    assert "***" in done.err
    shown = [done.err, done.out, *(pressloop(*command).out for command in (
        ("log", "--ledger", url, "--json"), ("verify", "--ledger", url)))]
    runs = server("flow_runs/filter", {"limit": 20, "sort": "START_TIME_DESC"})
    assert any("***" in str(run["parameters"].get("ledger")) for run in runs)
    with closing(Ledger.open(url)) as ledger:
        shown += [str(ledger.facts("night")), str(runs)]
    engine = create_engine(url)
    with engine.connect() as raw:
        shown.append(str(raw.execute(text("SELECT * FROM entries")).all()))
    engine.dispose()
    assert not [some for some in shown if WORD in some]
