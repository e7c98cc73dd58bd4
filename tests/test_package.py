"""What a user installs: one import name, complete without the sources."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tomllib
import zipfile
from datetime import date
from pathlib import Path

import pytest
from packaging.specifiers import SpecifierSet

import pressloop

ROOT = Path(__file__).parents[1]
SETTINGS = ROOT / "examples" / "mos2_secondary_press.toml"
PROGRAM = Path(sys.executable).with_name("pressloop")


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built from the sources."""
    folder = tmp_path_factory.mktemp("wheel")
    _run(sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--wheel-dir", folder, ROOT)
    return next(folder.glob("pressloop-*.whl"))


def _run(*command: object, cwd: Path | None = None, **environment: str
         ) -> subprocess.CompletedProcess[str]:
    """Raises AssertionError with what the command said where it does not end with 0."""
    done = subprocess.run([str(word) for word in command], cwd=cwd, text=True, check=False,
                          capture_output=True, timeout=600, env={**os.environ, **environment})
    assert done.returncode == 0, done.stdout + done.stderr
    return done


def test_the_versions_of_python_are_those_that_can_install_it() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    able = SpecifierSet(project["requires-python"])
    told = [name.rpartition(" ")[2] for name in project["classifiers"]
            if name.startswith("Programming Language :: Python :: 3.")]
    assert told == [f"3.{n}" for n in range(30) if f"3.{n}" in able]
    assert f"Python {told[0]} to {told[-1]} is all they need" in (ROOT / "README.md").read_text()


def test_the_version_is_the_newest_of_the_changelog() -> None:
    cut = re.findall(r"^## \[(.+?)\](?: - (.*))?$", (ROOT / "CHANGELOG.md").read_text(), re.M)
    assert cut[0] == ("Unreleased", "")
    version, day = cut[1]
    assert version == pressloop.__version__
    assert date.fromisoformat(day)


def test_the_version_is_told() -> None:
    assert _run(PROGRAM, "--version").stdout == f"pressloop {pressloop.__version__}\n"


@pytest.mark.slow
def test_the_wheel_holds_one_name_and_every_file_of_the_rooms(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    assert {name.split("/")[0] for name in names if ".dist-info/" not in name} == {"pressloop"}
    listed = _run("git", "ls-files", "--", *(path.name for path in (ROOT / "pressloop").iterdir()
                                             if path.is_symlink()), cwd=ROOT).stdout.split()
    assert {f"pressloop/{file}" for file in listed} <= set(names)
    assert "pressloop/py.typed" in names


@pytest.mark.slow
@pytest.mark.prefect
def test_the_wheel_runs_the_demo_without_its_sources(wheel: Path, tmp_path: Path) -> None:
    """In a folder elsewhere, with the libraries of this environment but not this checkout."""
    _run(sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--no-compile",
         "--target", tmp_path / "installed", wheel)
    (tmp_path / "lab").mkdir()
    where = {"PYTHONPATH": str(tmp_path / "installed"), "PREFECT_HOME": str(tmp_path / "prefect")}
    place = _run(sys.executable, "-P", "-c", "import pressloop; print(pressloop.__file__)",
                 cwd=tmp_path, **where)
    assert Path(place.stdout.strip()).is_relative_to(tmp_path / "installed")
    _run(sys.executable, "-P", "-m", "pressloop", "run", SETTINGS, "--trials", 2,
         cwd=tmp_path / "lab", **where)
    _run(sys.executable, "-P", "-m", "pressloop", "report", "--ledger",
         "sqlite:///pressloop-demo.db", cwd=tmp_path / "lab", **where)
    assert (tmp_path / "lab" / "report.html").stat().st_size > 100_000
