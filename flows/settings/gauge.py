"""The gauge of a press that a person operates, for whoever shows a pressure."""

from __future__ import annotations

from pressloop.flows.settings.campaign import Settings
from pressloop.hardware.registry import press_gauge
from pressloop.trials.errors import BadInput
from pressloop.views.words import Load


def load_of(settings: Settings) -> Load | None:
    """Writes a pressure on the stack as the gauge shows it, such as "1.89 t".

    None for a press whose gauge shows just that pressure, or that nobody reads."""
    try:
        return press_gauge(settings.press.driver, settings.press.options)
    except BadInput:
        # A ledger's settings may name a driver of a lab's own that is not here.
        return None
