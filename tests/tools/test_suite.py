"""One or two tests that fail are looked at again; whatever is broken stays a failure."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tools.suite import main

CONFTEST = Path(__file__).parents[1] / "conftest.py"
pytestmark = pytest.mark.slow

UNSTEADY = """
from pathlib import Path

def test_one_that_fails_on_a_busy_computer():
    before = Path("ran").exists()
    Path("ran").touch()
    assert before
"""
BROKEN = "def test_{}():\n    assert False\n"


def suite(folder: Path, *texts: str) -> int:
    """The exit code for tests of these texts."""
    shutil.copyfile(CONFTEST, folder / "conftest.py")
    for number, text in enumerate(texts):
        (folder / f"test_{number}.py").write_text(text)
    return main(["-c", "/dev/null", "--rootdir", str(folder), str(folder)])


@pytest.fixture(autouse=True)
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def test_one_that_passes_by_itself_is_named(tmp_path: Path, capfd: pytest.CaptureFixture[str]
                                            ) -> None:
    assert suite(tmp_path, UNSTEADY, "def test_sound():\n    pass\n") == 0
    said = capfd.readouterr().out
    assert "1 failed, 1 passed" in said
    assert said.rstrip().splitlines()[-1] == (
        "UNSTEADY, to be mended: test_0.py::test_one_that_fails_on_a_busy_computer")


@pytest.mark.parametrize(("texts", "code"), [
    ((BROKEN.format("it"),), 1),
    ((UNSTEADY, BROKEN.format("it")), 1),
    (("def test_it(:\n",), 2),
    (("def test_it():\n    raise KeyboardInterrupt\n",), 2),
], ids=["broken", "broken beside unsteady", "not Python", "interrupted"])
def test_what_is_broken_fails(tmp_path: Path, texts: tuple[str, ...], code: int,
                              capfd: pytest.CaptureFixture[str]) -> None:
    assert suite(tmp_path, *texts) == code
    assert "UNSTEADY" not in capfd.readouterr().out


def test_three_failures_are_not_looked_at_again(tmp_path: Path, capfd: pytest.CaptureFixture[str]
                                                ) -> None:
    many = "".join(UNSTEADY.replace("ran", f"ran {n}").replace("test_one", f"test_{n}")
                   for n in range(3))
    assert suite(tmp_path, many) == 1
    assert "Again" not in capfd.readouterr().out


def test_a_suite_that_passes_passes_at_once(tmp_path: Path, capfd: pytest.CaptureFixture[str]
                                            ) -> None:
    assert suite(tmp_path, "def test_sound():\n    pass\n") == 0
    assert "Again" not in capfd.readouterr().out
