"""TOML that anybody may have written: bounded, and refused in one line."""

from __future__ import annotations

import pytest

from pressloop.trials.errors import BadInput
from pressloop.trials.toml_files import toml


@pytest.mark.parametrize(("text", "words"), [
    (f"a = {'[' * 3000}{']' * 3000}", "nested at most 16 deep"),
    (f"a = {'[' * 40}{']' * 40}", "nested at most 16 deep"),
    (f"{'.'.join('a' * 900)} = 1", "nested at most 16 deep"),
    (f"[{'.'.join('a' * 40)}]", "nested at most 16 deep"),
    (f"[a]\nb = {'9' * 400}", "a.b = an integer of 1329 bits"),
    (f"a = 0x{'f' * 100_000}", "a = an integer of 400000 bits"),
    (f"a = {'9' * 5000}", "a TOML file"),
    ("[a]\nb = [1, 1e200]", "a.b = 1e\\+200: must be at most 1e\\+15"),
    ("a = 2026-13-45", "a TOML file"),
    ("a = ", "a TOML file"),
    ("#" * 1_000_001, "at most 1000000 characters")])
def test_what_no_settings_need_is_refused(text: str, words: str) -> None:
    with pytest.raises(BadInput, match=words) as found:
        toml(text, "settings", "x.toml")
    assert len(str(found.value)) < 400


def test_everything_else_is_read() -> None:
    text = f"a = [[1, 2.5], {2**62}]\nb = {{c = 'x', d = -1e-12}}\n[e.f]\ng = inf"
    assert toml(text, "settings", "x.toml") == {
        "a": [[1, 2.5], 2**62], "b": {"c": "x", "d": -1e-12}, "e": {"f": {"g": float("inf")}}}
