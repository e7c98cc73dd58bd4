"""`make audit`: known vulnerabilities of the installed packages, by pip-audit.

Asks PyPI's advisories, then OSV's. A source that does not answer, or answers that it knows none of
the packages (as a mirror without advisories does), is no source: pip-audit alone would call both a
success. Exit code 0 when nothing is known or no source is there (it says which), 1 when something
is known.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping
from typing import Any

SOURCES = ("pypi", "osv")
TIMEOUT_S = 15
OURS = "pressloop"


def verdict(report: Mapping[str, Any]) -> tuple[str, int] | None:
    """What a report of pip-audit says, and the exit code; None where it audited nothing."""
    of = [one for one in report["dependencies"] if one["name"] != OURS]
    audited = [one for one in of if "skip_reason" not in one]
    if not audited:
        return None
    lines = [f"{one['name']} {one['version']}: {bad['id']}"
             + (f", mended in {', '.join(bad['fix_versions'])}" if bad.get("fix_versions") else "")
             for one in audited for bad in one["vulns"]]
    skipped = [one["name"] for one in of if "skip_reason" in one]
    lines.append(f"{len(audited)} packages audited, {len(lines)} advisories.")
    if skipped:
        lines.append(f"Not audited, as the source does not know them: {', '.join(skipped)}.")
    return "\n".join(lines), int(any(one["vulns"] for one in audited))


def asked(program: str, source: str, packages: str) -> tuple[Mapping[str, Any] | None, str]:
    """pip-audit's report on a folder of installed packages, or why there is none."""
    done = subprocess.run(
        [program, "-s", source, "--path", packages, "-f", "json", "--progress-spinner", "off",
         "--timeout", str(TIMEOUT_S)], capture_output=True, text=True, check=False)
    try:
        return json.loads(done.stdout), ""
    except ValueError:
        said = done.stderr.strip().splitlines() or ["it said nothing"]
        return None, said[-1][:200]


def main(program: str, packages: str) -> int:
    """Prints what is known; returns the exit code."""
    whys = []
    for source in SOURCES:
        report, why = asked(program, source, packages)
        found = verdict(report) if report is not None else None
        if found is not None:
            print(f"{source}: {found[0]}")
            return found[1]
        whys.append(f"{source}: {why or 'it knows none of the packages'}")
    print("NOT AUDITED: no source of advisories is to be had here. " + " ".join(whys)
          + "\nRun `make audit` where pypi.org or api.osv.dev can be reached.")
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:3]))
