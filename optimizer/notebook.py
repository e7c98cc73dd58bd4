"""How recommendations and models show themselves in a notebook: a small table.

Both import this module, so that it names neither type.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape
from typing import Any

from pressloop.trials.outcome import Failed, Intact
from pressloop.trials.recipe import Recipe, shown
from pressloop.trials.wording import in_percent

CELL = "text-align:left;padding:2px 10px"
UNITS = {"pressure_mpa": "MPa", "dwell_s": "s", "temperature_c": "°C"}


def recommendation_html(found: Any) -> str:
    """A `Recommendation`: the recipe, what is expected of it, and how sure that is."""
    rows = [*_recipe(found.recipe),
            *(row for one in found.expected for row in _expected(one)),
            ("Chance of crushing", in_percent(found.p_crushed, 1)),
            ("Chance of failing otherwise", in_percent(found.p_failed, 1)),
            ("Learned from", f"{found.intact} intact, {found.failed} failed")]
    if found.laws is not None:
        rows.append(("Follows the laws of pressing", in_percent(found.laws)))
    warning = () if found.cautious else (
        "No recipe meets the limits on failure yet: this is the safest one, not the best.",)
    return _table("Recommended recipe", rows, [*warning, *found.notes])


def models_html(models: Any) -> str:
    """`Models`: what they have learned from, and where recipes are searched."""
    outcomes = [t.outcome for t in models.history]
    intact, failed = (sum(isinstance(o, kind) for o in outcomes) for kind in (Intact, Failed))
    rows = [("Stacks", f"{len(outcomes)}: {intact} intact, {failed} failed"),
            *([("Of earlier campaigns", str(len(models.earlier)))] if models.earlier else []),
            *((p.name, p.told()) for p in models.space.parameters),
            ("Model of resistance", "none before the first intact stack"
             if models.log_resistance is None else type(models.log_resistance).__name__),
            ("Failures that stacks have shown", ", ".join(sorted(models.shown)) or "none")]
    if models.laws is not None:
        rows.append(("Follows the laws of pressing", in_percent(models.laws)))
    return _table("Models", rows, models.notes)


def _expected(one: Any) -> Iterable[tuple[str, str]]:
    """An `Expected`: the quantity of the recipe itself, and of one more stack."""
    of = one.quantity
    name, unit = ("Resistance", " Ω·cm²") if of.is_resistance else (
        of.name, f" {of.unit}" if of.unit else "")
    yield name, f"{one.value:.3g}{unit} (95 %: {one.low:.3g} to {one.high:.3g})"
    yield "One more stack, 95 %", f"{one.stack_low:.3g} to {one.stack_high:.3g}{unit}"


def _recipe(recipe: Recipe) -> Iterable[tuple[str, str]]:
    for name in recipe.core:
        yield name, f"{getattr(recipe, name):.4g} {UNITS[name]}"
    for name, value in recipe.named.items():
        yield name, shown(value)


def _table(title: str, rows: Iterable[tuple[str, str]], notes: Sequence[str]) -> str:
    """Everything escaped: names of parameters and notes are other people's text."""
    cells = "".join(f'<tr><th scope="row" style="{CELL}">{escape(name)}</th>'
                    f'<td style="{CELL}">{escape(value)}</td></tr>' for name, value in rows)
    below = "".join(f"<p>{escape(one)}</p>" for one in notes)
    return f"<div><table><caption>{escape(title)}</caption>{cells}</table>{below}</div>"
