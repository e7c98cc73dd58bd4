"""The page of a study: what it says in short, then part after part, then how to repeat it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from markupsafe import Markup

from pressloop.views.page import render
from pressloop.views.words import OHM_CM2

IN_SHORT = 2
"""Sentences of each part that are said at the beginning."""
GLOSSARY = (
    ("Model", "A rule, learned from these stacks, that says for any recipe which resistance "
              f"({OHM_CM2}) to expect and how far off that may be."),
    ("95 % interval", "Holds the true value in 19 cases of 20, if the model is right. Whether it "
                      "is, this study counts."),
    ("Scatter", "What stacks differ by though they were pressed alike. No model can foresee it, "
                "and nothing smaller can be seen in single stacks."),
    ("Lot", "Stacks of the same powders and foils. A new lot may read higher or lower as a whole."),
    ("Left out", "A stack is predicted by a model that has not seen it; only that shows what the "
                 "model knows."),
)


@dataclass(frozen=True, slots=True)
class Part:
    """A part of the page: its sentences, its HTML, or why there is none."""

    title: str
    sentences: tuple[str, ...]
    html: Markup
    problem: str = ""

    @property
    def anchor(self) -> str:
        """Where the page shows it."""
        return "-".join(self.title.lower().split())


def study_page(name: str, source: str, parts: Sequence[Part], *, simulated: bool, command: str,
               versions: Mapping[str, str], digests: Mapping[str, str]) -> Markup:
    """The whole file, which asks nothing of the network."""
    digested = [(f"digest of {file}", value[:16]) for file, value in digests.items()]
    return render(
        "study/page.html", name=name, source=f"{source[:1].upper()}{source[1:]}",
        date=datetime.now().astimezone().strftime("%d %B %Y, %H:%M %Z"), simulated=simulated,
        parts=parts, most=IN_SHORT, glossary=[(a, b, "") for a, b in GLOSSARY], command=command,
        versions=[*versions.items(), *digested],
        plots=any("data-figure=" in part.html for part in parts))
