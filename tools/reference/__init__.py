"""Writes `docs/reference/cli.md`, `settings.md` and `python.md` from the program itself.

`make reference` writes them; `python -m tools.reference --check` only says which are out of date.
"""
