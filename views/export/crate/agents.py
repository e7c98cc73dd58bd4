"""Entities of people, programs, devices and the licence."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from pressloop.views.export.crate.facts import Facts, Step
from pressloop.views.export.crate.names import device_id, plain

Entity = dict[str, Any]
SPDX = "https://spdx.org/licenses/"
ORCID = "https://orcid.org/"
PYPI = "https://pypi.org/project/"
PYTHON = "https://www.python.org/"


def person_id(facts: Facts, name: str) -> str:
    """The ORCID of an operator where it is known, else a name within the crate."""
    orcid = facts.orcids.get(name)
    return f"{ORCID}{orcid}" if orcid else f"#person-{plain(name)}"


def people(facts: Facts) -> list[Entity]:
    """Everybody who made stacks, by name; two names of one ORCID are one person."""
    names = sorted({trial.stack.operator for trial in facts.trials})
    at = publisher_of(facts)
    of = {"affiliation": {"@id": at[0]["@id"]}} if at else {}
    found = {person_id(facts, name): {"@id": person_id(facts, name), "@type": "Person",
                                      "name": name, **of} for name in names}
    return list(found.values())


def publisher_of(facts: Facts) -> list[Entity]:
    """The lab or institute that stands behind the data, if it was named, or told by an address."""
    told = facts.publisher
    if told.startswith(("http://", "https://")):
        return [{"@id": told, "@type": "Organization", "name": told, "url": told}]
    return [{"@id": "#publisher", "@type": "Organization", "name": told}] if told else []


def licence_of(facts: Facts) -> Entity | None:
    """The licence, by its SPDX identifier or its address; None where none was stated."""
    told = facts.licence
    if not told:
        return None
    known = told if told.startswith(("http://", "https://")) else f"{SPDX}{told}"
    return {"@id": known, "@type": "CreativeWork", "name": told.removeprefix(SPDX),
            "description": f"The licence of this data: {told.removeprefix(SPDX)}"}


def devices(facts: Facts) -> list[Entity]:
    """What answered at the last start."""
    return [{"@id": device_id(name), "@type": "IndividualProduct", "name": name,
             "description": told} for name, told in facts.devices.items()]


class Programs:
    """Versions of pressloop and of the libraries it ran with, told apart by all of them."""

    def __init__(self, facts: Facts) -> None:
        steps = [step for trial in facts.trials for step in facts.of(trial).by_kind.values()]
        self._known = {versions: self._name(at, versions) for at, versions in enumerate(
            sorted({step.versions for step in steps}))}

    @staticmethod
    def _name(at: int, versions: Iterable[tuple[str, str]]) -> str:
        return f"#pressloop-{plain(dict(versions).get('pressloop', 'unknown'))}-{at + 1}"

    def of(self, step: Step) -> str:
        """The program that recorded this step."""
        return self._known[step.versions]

    def entities(self) -> list[Entity]:
        """The programs, and each version of a library once."""
        found = dict[str, Entity]()
        for versions, name in self._known.items():
            libraries = {_address(library, number): (library, number)
                         for library, number in versions if library != "pressloop"}
            found[name] = {
                "@id": name, "@type": "SoftwareApplication", "name": "pressloop",
                "description": "commands the press, reads the meter, evaluates the readings",
                "softwareVersion": dict(versions).get("pressloop", "unknown"),
                "softwareRequirements": [{"@id": one} for one in libraries]}
            found |= {one: {"@id": one, "@type": "SoftwareApplication", "name": library,
                            "softwareVersion": number, "url": _home_of(library)}
                      for one, (library, number) in libraries.items()}
        return list(found.values())


def _home_of(library: str) -> str:
    return PYTHON if library == "python" else f"{PYPI}{plain(library)}/"


def _address(library: str, number: str) -> str:
    """Of a release; what a build adds to its version, such as +cpu, has no page of its own."""
    release = plain(number.partition("+")[0])
    return f"{PYTHON}downloads/release/python-{release.replace('.', '')}/" if (
        library == "python") else f"{PYPI}{plain(library)}/{release}/"
