"""Word to people who are not there: a command of the lab's own, or a webhook.

The command is a list of words, started without a shell, and told through its standard input and
its environment only: what a press or a meter says cannot become part of it. The webhook's address
is a secret as a rule, so that it comes from the environment and not from the settings.
"""

from __future__ import annotations

import json
import os
import subprocess
import urllib.error
import urllib.request
from typing import Literal

from pressloop.flows.settings.campaign import Settings
from pressloop.flows.settings.campaign_tables import NotifyTable

How = Literal["finished", "stopped", "failed", "skipped", "asked"]
WEBHOOK_VARIABLE = "PRESSLOOP_NOTIFY_WEBHOOK"
PATIENCE_S = 10.0
SECRETS = (WEBHOOK_VARIABLE, "PREFECT_API_AUTH_STRING", "PREFECT_SERVER_API_AUTH_STRING")
"""What the command is not given."""


def notify(settings: Settings, how: How, detail: str) -> list[str]:
    """Tells whoever the settings name how a run ended, or that it asks.

    What went wrong with that, in a line each: it never ends a run, and is waited for a few seconds
    only."""
    table: NotifyTable = settings.notify
    if how not in table.on:
        return []
    word = {"campaign": settings.campaign.name, "how": how, "detail": detail,
            "text": f"pressloop: {settings.campaign.name} {SAID[how]}. {detail}".strip()}
    trouble = []
    if table.command:
        trouble.append(_run(table.command, word))
    if address := os.environ.get(WEBHOOK_VARIABLE):
        trouble.append(_post(address, word))
    return [line for line in trouble if line]


SAID: dict[How, str] = {"finished": "has finished", "stopped": "was stopped",
                        "failed": "has failed", "skipped": "was skipped", "asked": "asks"}


def _run(command: tuple[str, ...], word: dict[str, str]) -> str:
    kept = {name: value for name, value in os.environ.items() if name not in SECRETS}
    told = {f"PRESSLOOP_{name.upper()}": value.replace("\0", "") for name, value in word.items()}
    try:
        done = subprocess.run(
            list(command), input=word["text"] + "\n", text=True, env=kept | told, check=False,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, timeout=PATIENCE_S)
    except (OSError, subprocess.SubprocessError) as error:
        return f"[notify] command {command[0]}: {error}"
    return f"[notify] command {command[0]}: exit code {done.returncode}" if done.returncode else ""


def _post(address: str, word: dict[str, str]) -> str:
    """The address is shown to nobody, not even where it does not work."""
    if not address.startswith(("https://", "http://")):
        return f"{WEBHOOK_VARIABLE}: must begin with https:// or http://"
    request = urllib.request.Request(address, json.dumps(word).encode(),
                                     {"Content-Type": "application/json"})
    try:
        with urllib.request.urlopen(request, timeout=PATIENCE_S):
            return ""
    except (OSError, ValueError) as error:
        told = f"status {error.code}" if isinstance(error, urllib.error.HTTPError) else (
            type(error).__name__)
        return f"{WEBHOOK_VARIABLE}: {told}"
