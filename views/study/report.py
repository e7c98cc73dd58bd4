"""The page of a study: what it says in short, then part after part, then how to repeat it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from pressloop.views.page import facts, page, tag, text
from pressloop.views.study.spoken import spoken
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
    html: str
    problem: str = ""


def study_page(name: str, source: str, parts: Sequence[Part], *, simulated: bool, command: str,
               versions: Mapping[str, str], digests: Mapping[str, str]) -> str:
    """The whole file, which asks nothing of the network."""
    body = "".join((
        _header(name, source, simulated), _in_short(parts),
        *(tag("div", part.html or _missing(part), id=_anchor(part)) for part in parts),
        _footer(command, versions, digests)))
    plots = "data-figure=" in body
    return page(f"{name}: study of past stacks", body, plots=plots)


def _header(name: str, source: str, simulated: bool) -> str:
    badge = " " + tag("span", "SIMULATED", class_="badge") if simulated else ""
    date = datetime.now().astimezone().strftime("%d %B %Y, %H:%M %Z")
    words = tag("p", "Study of past stacks", class_="eyebrow") + tag("h1", text(name) + badge)
    words += tag("p", text(f"{source[:1].upper()}{source[1:]} · {date}"), class_="muted")
    if simulated:
        words += tag("p", "These stacks come from a simulator. No number here was measured on a "
                     "real one.", class_="warning")
    return tag("header", words)


def _in_short(parts: Sequence[Part]) -> str:
    items = "".join(_short(part) for part in parts)
    return tag("section", tag("h2", "In short") + tag("div", items, class_="panel"))


def _short(part: Part) -> str:
    link = tag("a", text(part.title), href=f"#{_anchor(part)}",
               style="color:var(--accent);font-weight:650")
    said = "".join(tag("p", spoken(s)) for s in part.sentences[:IN_SHORT])
    if part.problem:
        said = tag("p", text(f"Not done: {part.problem}"), class_="muted")
    return tag("div", tag("p", link, style="margin:0 0 2px") + said, style="margin:0 0 14px")


def _missing(part: Part) -> str:
    return tag("section", tag("h2", text(part.title)) + tag(
        "p", text(f"This part could not be done: {part.problem} The other parts are not affected."),
        class_="panel muted"))


def _anchor(part: Part) -> str:
    return "-".join(part.title.lower().split())


def _footer(command: str, versions: Mapping[str, str], digests: Mapping[str, str]) -> str:
    rows = [*versions.items(), *((f"digest of {n}", value[:16]) for n, value in digests.items())]
    columns = "".join(tag("div", tag("span", text(a)) + tag("span", text(b))) for a, b in rows)
    return tag("footer", tag("h2", "What the words mean")
               + facts(((a, b, "") for a, b in GLOSSARY), "")
               + tag("p", "To repeat it: " + tag("code", text(command))
                     + ". The same file, data, seed and versions give the same tables.")
               + tag("details", tag("summary", "Versions and data")
                     + tag("div", columns, class_="columns")))
