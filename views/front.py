"""The recipes among which a choice is left where several things are sought at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pressloop.trials.recipe import Recipe
from pressloop.views.words import (
    NBSP,
    amount,
    called,
    interval,
    percent,
    recipe_words,
    resistance,
    significant,
)

if TYPE_CHECKING:
    # The command line shows the table without loading torch.
    from pressloop.optimizer import Recommendation
    from pressloop.optimizer.objectives.measured import Choice
    from pressloop.optimizer.objectives.pareto import Tradeoff

EXPLAINED = ("Nothing beats these recipes in everything at once: what one gains in resistance, it "
             "pays in time{evenness}. Recommended is the one of the lowest product of all, with "
             "regard to how sure that is; any other may suit you better.")


CHOICES = ("Nothing beats these recipes in everything at once: what one gains in one quantity, it "
           "pays in another. Recommended is the one that is best in all, each counted by how much "
           "stacks differ in it, and with regard to how sure that is; any other may suit you "
           "better.")


def explained(found: Recommendation) -> str:
    """What the list is."""
    if found.choices:
        return CHOICES
    even = any(t.nonuniformity is not None for t in found.front)
    return EXPLAINED.format(evenness=" or in evenness" if even else "")


def front_markdown(found: Recommendation) -> list[str]:
    """Lines of Markdown; none where there is no front."""
    if not (found.front or found.choices):
        return []
    heads = heads_of(found)
    rows = ["| " + " | ".join(f"**{cell}**" if recipe == found.recipe else cell
                              for cell in cells) + " |" for recipe, cells in rows_of(found)]
    return ["### Trade-offs", "", explained(found), "", "| " + " | ".join(heads) + " |",
            "|" + "---|" * len(heads), *rows]


def heads_of(found: Recommendation) -> list[str]:
    """Heads of the table's columns."""
    if found.choices:
        return ["Recipe", *(f"{called(e.quantity)} (95 %)" for e in found.choices[0].expected)]
    heads = ["Recipe", "Resistance (95 %)", "Cycle time"]
    even = any(t.nonuniformity is not None for t in found.front)
    return [*heads, "Non-uniformity (95 %)"] if even else heads


def rows_of(found: Recommendation) -> list[tuple[Recipe, list[str]]]:
    """Each recipe with its cells."""
    if found.choices:
        return [(c.recipe, choice_cells(c, found)) for c in found.choices]
    return [(t.recipe, cells_of(t, found)) for t in found.front]


def choice_cells(one: Choice, found: Recommendation) -> list[str]:
    """One row where several quantities are measured."""
    name = recipe_words(one.recipe) + (" (recommended)" if one.recipe == found.recipe else "")
    return [name, *(f"{amount(e.value, e.quantity)} ({interval(e.low, e.high, '')})"
                    for e in one.expected)]


def cells_of(one: Tradeoff, found: Recommendation) -> list[str]:
    """One row of the table."""
    name = recipe_words(one.recipe) + (" (recommended)" if one.recipe == found.recipe else "")
    cells = [name, f"{resistance(one.resistance_ohm_cm2)} "
             f"({interval(one.low_ohm_cm2, one.high_ohm_cm2, '').rstrip(NBSP)})",
             f"{one.minutes:.0f}{NBSP}min"]
    if one.nonuniformity is not None:
        assert one.nonuniformity_low is not None and one.nonuniformity_high is not None
        cells.append(f"{percent(one.nonuniformity)} ({significant(100 * one.nonuniformity_low, 2)}"
                     f" to {significant(100 * one.nonuniformity_high, 2)})")
    return cells
