"""What the Prefect UI shows of a study: its sentences. The files have it all."""

from __future__ import annotations

import re
from typing import Any

from prefect.artifacts import create_markdown_artifact
from prefect.logging import get_run_logger

from pressloop.flows.study.parts import PARTS


def show_sentences(summary: dict[str, Any]) -> None:
    """One markdown artifact. A server that is away costs the artifact, not the study."""
    key = re.sub(r"[^a-z0-9]+", "-", summary["study"].lower()).strip("-") or "study"
    simulated = " (SIMULATED)" if summary["simulated"] else ""
    try:
        create_markdown_artifact(markdown=markdown_of(summary), key=f"{key}-study",
                                 description=f"{summary['study']}: study{simulated}")
    except Exception as error:  # noqa: BLE001 - what is shown never costs a study
        get_run_logger().warning("Prefect cannot show this study now (%s); its files have it all.",
                                 error)


def markdown_of(summary: dict[str, Any]) -> str:
    """The sentences of every part under its title."""
    lines = [f"# {summary['study']}", "", f"{summary['source']}, seed {summary['seed']}"]
    if summary["simulated"]:
        lines += ["", "**SIMULATED: no number here was measured.**"]
    for part, found in summary["parts"].items():
        lines += ["", f"## {PARTS[part]}", ""]
        lines += [f"- {_plain(sentence)}" for sentence in found["sentences"]]
        if found["problem"]:
            lines.append(f"- **Not done:** {_plain(found['problem'])}")
    return "\n".join(lines) + "\n"


def _plain(sentence: str) -> str:
    """Names from a table are no markup."""
    return re.sub(r"([\\`*_<>\[\]|])", r"\\\1", sentence)
