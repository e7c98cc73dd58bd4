"""`pressloop notify`: automations of Prefect that tell people, set up and tried."""

from __future__ import annotations

import os

from pressloop.flows.console import FAILED, emit, tell
from pressloop.flows.engine import prefect_environment
from pressloop.flows.operator.notify import WEBHOOK_VARIABLE
from pressloop.trials.errors import BadInput

WORDS = {True: "sent on", False: "NOT SENT",
         None: "NOT SENT within a minute: the webhook refuses it, or the server cannot reach it"}


def notify(block: str | None, test: bool, remove: bool, as_json: bool) -> int:
    """Sets up, tries or takes away; returns the exit code: 1 where a test was not sent on.

    Raises BadInput without an address, and where no server runs."""
    address = os.environ.get(WEBHOOK_VARIABLE, "")
    if test and remove:
        raise BadInput("--remove", "given with --test", "given alone", "Do one thing at a time.")
    if not (block or test or remove) and not address.startswith(("https://", "http://")):
        raise BadInput(WEBHOOK_VARIABLE, "given" if address else "not set",
                       "an address that begins with https:// or http://", "Set it in the "
                       "environment, as it is a secret; or name a block of Prefect's by --block.")
    prefect_environment.prepare(quiet=True)
    from pressloop.flows.engine.server import running_server

    with running_server():
        from pressloop.flows.engine import notices

        if remove:
            count = notices.remove()
            emit({"removed": count}, as_json, lambda: tell(f"{count} automations removed."))
            return 0
        if test:
            found = notices.tried("test")
            emit({"sent": found}, as_json, lambda: tell("\n".join(
                f"{name}: {WORDS[how]}" for name, how in found.items())))
            return 0 if notices.worked(found.values()) else FAILED
        names = notices.set_up(notices.named_block(block) if block
                               else notices.webhook_block(address))
    emit({"automations": list(names)}, as_json,
         lambda: tell("\n".join([*names, "`pressloop notify --test` tries them."])))
    return 0
