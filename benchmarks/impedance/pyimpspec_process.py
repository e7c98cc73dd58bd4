"""One fit by pyimpspec: a question as JSON on stdin, the answer as JSON on stdout.

It runs in a Python of its own that has pyimpspec, and imports nothing of this project.
"""

from __future__ import annotations

import json
import math
import os
import sys
import time

os.environ.setdefault("OMP_NUM_THREADS", "1")

import numpy as np
import pyimpspec


def main() -> None:
    """Answers with the total (ohm), the fitted impedance and the CPU time of the fit alone."""
    asked = json.load(sys.stdin)
    z = np.array(asked["re"]) + 1j * np.array(asked["im"])
    data = pyimpspec.DataSet(np.array(asked["hz"]), z)
    circuit = pyimpspec.parse_cdc(asked["code"])
    begun = time.process_time()
    try:
        found = pyimpspec.fit_circuit(circuit, data, method="least_squares", weight="modulus",
                                      num_procs=1)
    except Exception as failure:  # noqa: BLE001 - whatever a peer raises is a result
        answer = {"error": str(failure).splitlines()[0], "cpu_s": time.process_time() - begun}
    else:
        took = time.process_time() - begun
        model = found.circuit.get_impedances(np.array(asked["hz"]))
        answer = {"error": "", "cpu_s": took, "total": total(found.circuit, asked["diffusion"]),
                  "re": model.real.tolist(), "im": model.imag.tolist()}
    print(json.dumps(answer))


def total(circuit: pyimpspec.Circuit, diffusion: bool) -> float:
    """Resistances of the arcs, and of finite diffusion where it counts."""
    ohm, last = [], 0.0
    for element in circuit.get_elements():
        values = element.get_values()
        if "R" in values:
            ohm.append(values["R"])
        elif "B" in values:
            last = math.sqrt(values["B"] / values["Y"])
    # The first is the series resistance.
    return float(sum(ohm[1:]) + (last if diffusion else 0.0))


if __name__ == "__main__":
    main()
