"""`deploy/`: what is shipped for Prefect, containers and systemd says what the program has."""

from __future__ import annotations

import importlib
import os
import re
import shutil
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
import yaml
from lab_files import write_settings
from sqlalchemy import create_engine, make_url, text
from typer.main import get_command

from pressloop.flows.cli.main import app
from pressloop.flows.engine.prefect_environment import STEADY
from pressloop.flows.lab.given_database import make
from pressloop.trials import BadInput, Ledger

DEPLOY = Path(__file__).parents[3] / "deploy"
COMPOSE = yaml.safe_load((DEPLOY / "compose.yaml").read_text(encoding="utf-8"))
PREFECT = yaml.safe_load((DEPLOY / "prefect.yaml").read_text(encoding="utf-8"))


def test_prefect_yaml_names_flows_that_are_there_and_settings_that_presses_need() -> None:
    from prefect.flows import load_flow_from_entrypoint

    names = []
    for one in PREFECT["deployments"]:
        flow = load_flow_from_entrypoint(one["entrypoint"])
        names.append(one["name"])
        flow.validate_parameters(one.get("parameters", {}))
        assert "concurrency_limit" not in one, "its lease would end a run in mid press"
        given = one["work_pool"]["job_variables"]["env"]
        assert given["PREFECT_FLOWS_HEARTBEAT_FREQUENCY"] == STEADY[
            "PREFECT_FLOWS_HEARTBEAT_FREQUENCY"]
    assert names == ["campaign", "nightly-study", "reevaluate", "reconcile", "report", "backup"]


@pytest.mark.slow
def test_a_run_that_chooses_no_recipe_waits_for_no_models() -> None:
    """Reports, backups, forms and campaigns that press nothing start without torch."""
    done = subprocess.run(
        [sys.executable, "-c", "import sys\n"
         "from pressloop.flows.deployments import people_forms, pool_campaign, pool_flows\n"
         "from pressloop.flows.deployments import served_campaign\n"
         "print([m for m in ('torch', 'botorch', 'pandas', 'plotly') if m in sys.modules])"],
        capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"


@pytest.mark.prefect
@pytest.mark.slow
def test_prefect_deploys_it(server: Any, tmp_path: Path) -> None:
    settings = write_settings(tmp_path)
    pool = f"shipped {tmp_path.name}"
    environment = {**os.environ, "PRESSLOOP_SETTINGS": str(settings), "PRESSLOOP_POOL": pool,
                   "PRESSLOOP_FOLDER": str(tmp_path), "PREFECT_LOGGING_LEVEL": "INFO",
                   "PYTHONPATH": str(DEPLOY.parent)}
    shutil.copy(DEPLOY / "prefect.yaml", tmp_path)
    for words in (("work-pool", "create", "--type", "process", pool),
                  ("deploy", "--all", "--no-prompt", "--prefect-file", "prefect.yaml")):
        done = subprocess.run([sys.executable, "-P", "-m", "prefect", *words], cwd=tmp_path,
                              env=environment, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr
    found = {one["name"]: one for one in server("deployments/filter", {}) if one[
        "work_pool_name"] == pool}
    assert set(found) == {one["name"] for one in PREFECT["deployments"]}
    campaign = found["campaign"]
    assert campaign["job_variables"]["env"]["PRESSLOOP_SETTINGS"] == str(settings)
    assert campaign["job_variables"]["working_dir"] == str(tmp_path)
    assert campaign["schedules"][0]["schedule"]["cron"] == "0 20 * * 1-5"
    create = f"deployments/{campaign['id']}/create_flow_run"
    assert server.refusal(create, {"parameters": {"order": {"stacks": 0}}}) >= 400


def test_containers_open_nothing_beyond_loopback_and_keep_secrets_out_of_the_file() -> None:
    services = COMPOSE["services"]
    for name, one in services.items():
        for port in one.get("ports", ()):
            assert port.startswith("127.0.0.1:"), name
        for other in one.get("depends_on", {}):
            assert other in services
        for network in one["networks"]:
            assert network in COMPOSE["networks"]
        for key, value in one["environment"].items():
            if "SECRET" in key or "PASSWORD" in key or "AUTH_STRING" in key:
                assert "${PRESSLOOP_" in value, (name, key)
    assert COMPOSE["networks"]["inside"] == {"internal": True}
    written = set(re.findall(r"PRESSLOOP_\w+_SECRET(?==%s)", (DEPLOY / "compose.yaml").read_text()))
    used = set(re.findall(r"\$\{(PRESSLOOP_\w+)", (DEPLOY / "compose.yaml").read_text()))
    assert used == written, "the comment writes every secret that the file uses"


def test_containers_call_what_is_there() -> None:
    words = COMPOSE["services"]["ledger"]["command"]
    assert importlib.import_module(words[-1])
    command: Any = get_command(app)
    line = COMPOSE["services"]["press-1"]["command"][-1]
    for name in re.findall(r"pressloop (\w+)", line):
        assert name in command.commands
    told = (DEPLOY / "Containerfile").read_text(encoding="utf-8")
    assert re.search(r"^USER pressloop$", told, re.MULTILINE), "not as root"
    for source in re.findall(r"^COPY (\S+) ", told, re.MULTILINE):
        assert (DEPLOY.parent / source).exists()


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="there is no systemd here")
def test_systemd_understands_the_unit(tmp_path: Path) -> None:
    unit = (DEPLOY / "pressloop-lab.service").read_text(encoding="utf-8")
    assert "pressloop lab up --folder lab --foreground" in unit
    path = tmp_path / "pressloop-lab.service"
    path.write_text(unit.replace("%h/lab/.venv/bin/pressloop", sys.executable).replace(
        "%h/lab", str(tmp_path)))
    done = subprocess.run(["systemd-analyze", "verify", "--man=no", str(path)], check=False,
                          capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


@pytest.mark.slow
def test_a_database_that_somebody_else_runs_is_made_ready(postgres: Any) -> None:
    admin = postgres.database()
    secret = "a-secret-of-the-tests-0"
    for _ in range(2):
        make(admin, secret)
    ledger = make_url(admin).set(database="ledger", username="pressloop_writer")
    with closing(Ledger.open(ledger.render_as_string(hide_password=False))) as opened:
        assert opened.campaigns() == ()
    engine = create_engine(admin)
    with engine.connect() as connection:
        kept = connection.scalar(text("SELECT rolpassword FROM pg_authid WHERE rolname = "
                                      "'pressloop_writer'"))
    engine.dispose()
    assert str(kept).startswith("SCRAM-SHA-256$") and secret not in str(kept)


@pytest.mark.parametrize("admin, secret", [
    ("postgresql://a@h/b", ""), ("postgresql://a@h/b", "short"),
    ("postgresql://a@h/b", "sixteen'; DROP TABLE"), ("", "a-secret-of-the-tests-0")])
def test_an_environment_that_says_too_little_is_refused(admin: str, secret: str) -> None:
    with pytest.raises(BadInput) as refusal:
        make(admin, secret)
    if secret:
        assert secret not in str(refusal.value)


def test_files_name_no_machine() -> None:
    for path in DEPLOY.iterdir():
        told = path.read_text(encoding="utf-8")
        assert "/tmp/" not in told and "/root" not in told, path
