"""What is pressed next, a recipe of one's own or another suggestion, and how cautiously."""

from __future__ import annotations

from pressloop.flows.campaign.decisions.caution import CAUTION, told_limits
from pressloop.flows.campaign.decisions.own_recipes import outside_words, queue_recipe, unqueue
from pressloop.flows.campaign.decisions.word_of_people import change_caution
from pressloop.flows.operator_console.actions.base import REASON, Action, Asked, Plan, hidden
from pressloop.hardware.envelope import check
from pressloop.optimizer.risk_limits import RiskLimits
from pressloop.trials.errors import BadInput
from pressloop.trials.recipe import CORE, Recipe, Value
from pressloop.views.console.form import Field, Form
from pressloop.views.words import VARIABLES, plain, recipe_words

MEANS = {"max_crush_probability": "Highest chance of crushing of what is recommended",
         "max_crush_probability_exploring": "Highest chance of crushing of what is tried",
         "max_failure_probability": "Highest chance of a short or delamination",
         "losses": "Percent of resistance that one percent of lost stacks is worth",
         "survival_exponent": "Care while searching; 0 ignores failures"}
UNITS = {"pressure_mpa": "MPa", "dwell_s": "s", "temperature_c": "degC"}


def _queue_form(asked: Asked) -> Form:
    settings = asked.stand.settings
    at, fields = settings.reference, []
    for p in settings.space.told:
        if p.name in settings.space.absent:
            continue
        value = at.value(p.name) if at is not None else p.constant() if p.fixed else None
        if p.kinds:
            fields.append(Field(p.name, p.name, "choice", str(value or ""),
                                choices=[(str(kind), str(kind)) for kind in p.kinds]))
        else:
            label = VARIABLES[p.name].label if p.name in VARIABLES else p.name
            fields.append(Field(p.name, label, "number",
                                plain(float(value)) if isinstance(value, float) else "",
                                UNITS.get(p.name, p.unit)))
    return Form("queue", "Queue a recipe of your own", [
        "The next stack that is planned is pressed by it, after those that wait already."],
        [*fields, REASON])


def _recipe(asked: Asked) -> Recipe:
    """The recipe as it was typed. Raises BadInput."""
    settings = asked.stand.settings
    given: dict[str, Value] = {}
    for p in settings.space.told:
        if p.name in settings.space.absent:
            continue
        if p.kinds:
            value = asked.given(p.name)
            if value not in p.kinds:
                raise BadInput(p.name, repr(value), p.told(), "Choose one.")
            given[p.name] = value
        else:
            label = VARIABLES[p.name].label if p.name in VARIABLES else p.name
            given[p.name] = asked.number(p.name, label, UNITS.get(p.name, p.unit))
    rest = settings.reference.named if settings.reference is not None else {}
    return Recipe.of({**rest, **given}, settings.space.absent)


def _queue(asked: Asked) -> Plan:
    stand, reason, recipe = asked.stand, asked.reason(), _recipe(asked)
    check(recipe, stand.settings.envelope)
    words = recipe_words(recipe, stand.load)
    outside = outside_words(stand.settings.space, recipe)

    def do() -> str:
        one = queue_recipe(asked.ledger, stand.settings, recipe, reason)
        return f"Recipe {one.number} in the queue: {words}."

    return Plan(f"Press the next stack at {words}. {outside}".strip(), do)


def _drop_form(asked: Asked) -> Form:
    return Form("drop", "Take a recipe out of the queue", [],
                [*hidden(asked, "number"), REASON])


def _drop(asked: Asked) -> Plan:
    number, reason = asked.whole("number", "Recipe"), asked.reason()
    waiting = asked.ledger.queue(asked.campaign).waiting
    if number not in waiting:
        raise BadInput("recipe", number, "one that waits",
                       "It is pressed or in work, or was taken out already.")

    def do() -> str:
        unqueue(asked.ledger, asked.campaign, number, reason)
        return f"Recipe {number} is taken out of the queue."

    return Plan(f"Take out {recipe_words(waiting[number].recipe, asked.stand.load)}.", do)


def _take_form(asked: Asked) -> Form:
    return Form("take", "Press this suggestion next", [asked.given("recipe")],
                [*hidden(asked, "number", "of", "recipe", "plain", "why"), REASON])


def _take(asked: Asked) -> Plan:
    """The recipe as it was shown: what is suggested may be another one by now."""
    stand, reason = asked.stand, asked.reason()
    number, of = asked.whole("number", "Suggestion"), asked.whole("of", "Suggestions")
    values = dict(part.split("=", 1) for part in asked.given("plain").split(";") if "=" in part)
    known = {p.name: p for p in stand.settings.space.told}
    given: dict[str, Value] = {}
    for name, value in values.items():
        if name not in known:
            raise BadInput("suggestion", name, f"one of {', '.join(known)}", "Look again.")
        given[name] = value if known[name].kinds else Asked(
            asked.source, asked.campaign, {name: value}).number(name, name, "")
    if lacks := [n for n in CORE if n not in given and n not in stand.settings.space.absent]:
        raise BadInput("suggestion", ", ".join(lacks), "told", "Look at the suggestions again.")
    recipe = Recipe.of(given, stand.settings.space.absent)
    check(recipe, stand.settings.envelope)
    words = recipe_words(recipe, stand.load)

    def do() -> str:
        one = queue_recipe(asked.ledger, stand.settings, recipe, reason,
                           f"suggestion {number} of {of}: {asked.given('why')}")
        return f"Recipe {one.number} in the queue: {words}."

    return Plan(f"Press the next stack at {words}, suggestion {number} of {of}.", do)


def _caution_form(asked: Asked) -> Form:
    now = told_limits(asked.stand.settings)
    return Form("caution", "Change caution", [
        "It counts from the next recipe on, and is recorded with your name. Chances are numbers "
        "from 0.001 to 0.999."], [
        *(Field(name, MEANS[name], "number", f"{now[name]:g}") for name in CAUTION), REASON])


def _caution(asked: Asked) -> Plan:
    stand, reason = asked.stand, asked.reason()
    wanted = {name: asked.number(name, MEANS[name], "") for name in CAUTION}
    RiskLimits(**wanted)
    now = told_limits(stand.settings)
    other = {name: value for name, value in wanted.items() if value != now[name]}
    if not other:
        raise BadInput("caution", "the same", "another one", "Nothing was changed.")

    def do() -> str:
        change_caution(asked.ledger, stand.run_settings, wanted, reason)
        return "The search is as cautious as that from the next recipe on."

    told = "; ".join(f"{MEANS[n]}: {v:g} instead of {now[n]:g}" for n, v in other.items())
    return Plan(f"{told}.", do)


QUEUE, DROP = Action(_queue_form, _queue), Action(_drop_form, _drop)
TAKE, CAUTION_ACTION = Action(_take_form, _take), Action(_caution_form, _caution)
