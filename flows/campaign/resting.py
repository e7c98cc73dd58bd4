"""Why no stack is begun now, although the campaign is not done.

The run has what it was asked for, none is left, or a blackout holds."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from pressloop.flows.campaign.blackout import Blackout, now_in
from pressloop.flows.campaign.drawing import why_none_left
from pressloop.flows.campaign.lab import Order, Run
from pressloop.flows.campaign.ordered import why_filled
from pressloop.flows.deployments.nights import lab_timezone
from pressloop.flows.settings.campaign import Settings


def why_rest(run: Run) -> str:
    """A sentence; "" where the next stack may be begun."""
    if done := why_filled(run):
        return done
    if (window := blackout_now(run.settings, run.order)) is not None:
        return f"The blackout {window.told} has begun: no stack is begun in it."
    return why_none_left(run)


def blackout_now(settings: Settings, order: Order) -> Blackout | None:
    """The order's blackout window that holds now, in the lab's time zone."""
    if not order.blackouts:
        return None
    zone = ZoneInfo(lab_timezone(settings.campaign.timezone))
    return now_in(order.blackouts, datetime.now(zone))
