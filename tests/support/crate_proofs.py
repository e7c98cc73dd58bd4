"""What holds for every crate, by the published context and by validators that are installed.

`contexts/ro-crate-1.1.jsonld` is https://w3id.org/ro/crate/1.1/context (CC0 1.0)."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest
from rdflib import Graph, URIRef

CONTEXTS = Path(__file__).parent / "contexts"
RO_CRATE = "https://w3id.org/ro/crate/1.1/context"
PAGES = {RO_CRATE: CONTEXTS / "ro-crate-1.1.jsonld"}
BASE = "https://crates.test/one/"
WARM = """
import io, json, sys
import requests
from requests.adapters import BaseAdapter
from requests_cache import CachedSession
from urllib3 import HTTPResponse

class Shipped(BaseAdapter):
    def send(self, request, **_):
        body = open(pages[request.url], "rb").read()
        told = {"Content-Type": "application/ld+json"}
        answer = requests.Response()
        answer.status_code, answer._content = 200, body
        answer.url, answer.request = request.url, request
        answer.headers.update(told)
        answer.raw = HTTPResponse(io.BytesIO(body), told, 200, preload_content=False)
        return answer

    def close(self):
        pass

pages = json.loads(sys.argv[2])
with CachedSession(sys.argv[1], backend="sqlite", expire_after=-1) as session:
    session.mount("https://", Shipped())
    for url in pages:
        session.get(url)
"""
"""Run by the validator's own Python: it reads contexts from its cache, and never asks a network."""


def metadata(crate: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((crate / "ro-crate-metadata.json").read_text("utf-8"))
    return found


def entities(crate: Path) -> dict[str, dict[str, Any]]:
    """Of the metadata, by name; each has one of its own."""
    graph = metadata(crate)["@graph"]
    found = {one["@id"]: one for one in graph}
    assert len(found) == len(graph)
    return found


def kinds(entity: dict[str, Any]) -> list[str]:
    return entity["@type"] if isinstance(entity["@type"], list) else [entity["@type"]]


def of_kind(crate: Path, kind: str) -> list[dict[str, Any]]:
    return [one for one in entities(crate).values() if kind in kinds(one)]


def references(value: Any) -> Iterator[str]:
    """Every name that is referred to within an entity."""
    for one in value if isinstance(value, list) else [value]:
        if isinstance(one, dict):
            yield one["@id"]


def prove_whole(crate: Path) -> None:
    """Each file is described, each description has its file, each reference leads somewhere.

    And each word is one of RO-Crate's context."""
    known = json.loads(PAGES[RO_CRATE].read_text("utf-8"))["@context"]
    found = entities(crate)
    files = {p.relative_to(crate).as_posix() for p in crate.rglob("*") if p.is_file()}
    described = {unquote(one["@id"]): one for one in of_kind(crate, "File")}
    assert set(described) == files - {"ro-crate-metadata.json"}
    assert set(map(unquote, references(found["./"]["hasPart"]))) == set(described)
    for name, one in described.items():
        assert int(one["contentSize"]) == (crate / name).stat().st_size
    outside = {"https://w3id.org/ro/crate/1.1"}
    for entity in found.values():
        assert all(kind in known for kind in kinds(entity)), entity
        for key, value in entity.items():
            assert key in ("@id", "@type") or key in known, key
            assert not isinstance(value, dict) or list(value) == ["@id"], value
            for name in references(value):
                assert name in found or name in outside, (entity["@id"], key, name)


def graph_of(document: dict[str, Any], name: str) -> Graph:
    """The document as RDF, by the contexts that are shipped here alone."""
    context = document["@context"]
    if isinstance(context, str):
        context = json.loads(PAGES[context].read_text("utf-8"))["@context"]
    with warnings.catch_warnings():
        # What the reader of JSON-LD itself still uses.
        warnings.filterwarnings("ignore", "ConjunctiveGraph is deprecated", DeprecationWarning)
        return Graph().parse(data=json.dumps(document | {"@context": context}), format="json-ld",
                             publicID=BASE + name)


def names_in(graph: Graph) -> set[str]:
    """What has a name of its own and is told of, as its own document calls it."""
    return {str(one).removeprefix(BASE).removeprefix("ro-crate-metadata.json")
            for one in graph.subjects() if isinstance(one, URIRef)}


def validator() -> Path:
    """rocrate-validator, in a Python of its own beside this one or on the path; else a skip."""
    beside = Path(f"{sys.prefix}-crates") / "bin" / "rocrate-validator"
    found = str(beside) if beside.exists() else shutil.which("rocrate-validator")
    if found is None:
        pytest.skip("no rocrate-validator: `make test` installs it where an index of packages has "
                    "it; it wants an older rich than pressloop")
    return Path(found)


def issues(crate: Path, folder: Path, severity: str = "required",
           profile: str = "process-run-crate-0.5") -> list[dict[str, Any]]:
    """What rocrate-validator finds wrong, without a network."""
    program = validator()
    cache, out = folder / "contexts", folder / "issues.json"
    pages = json.dumps({url: str(path) for url, path in PAGES.items()})
    subprocess.run([program.with_name("python"), "-c", WARM, cache, pages], check=True)
    out.unlink(missing_ok=True)
    done = subprocess.run(
        [program, "-y", "validate", "--offline", "--cache-path", cache, "-p", profile, "-l",
         severity, "-f", "json", "-o", out, crate], capture_output=True, text=True, check=False)
    assert out.exists(), f"{done.stdout}\n{done.stderr}"
    told = json.loads(out.read_text("utf-8"))
    assert told["passed"] == (not told["issues"])
    assert told["statistics"]
    found: list[dict[str, Any]] = told["issues"]
    return found
