"""Which presses of a lab get a pool, and a worker, of their own."""

from __future__ import annotations

from pathlib import Path

from few_stacks import QUICK
from lab_files import write_settings

from pressloop.flows.lab.folder import Lab
from pressloop.flows.lab.offered import pools


def test_each_press_has_a_pool_and_campaigns_share_that_of_theirs(tmp_path: Path) -> None:
    one = write_settings(tmp_path, **QUICK)
    many, other = tmp_path / "many.toml", tmp_path / "other.toml"
    plain = one.read_text()
    text = plain.replace("[press]\n", '[[press]]\nname = "north"\n')
    many.write_text(text + '\n[[press]]\nname = "south"\ndriver = "simulated"\n')
    other.write_text(plain)
    found = pools(Lab(tuple(map(str, (one, many, other))), 4200))
    assert found == {f"press-{one.stem}": ((one, ""), (other, "")),
                     "press-north": ((many, "north"),), "press-south": ((many, "south"),)}
