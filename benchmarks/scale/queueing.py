"""How long presses wait for recipes that are planned one after the other, by calculation.

Run as `python -m benchmarks.scale.queueing`. Each press takes a cycle, drawn evenly within 30 % of
its mean, then waits for its turn to plan, which takes one unit. The computer is taken to have a
core for whoever plans; what is counted is the queue alone.
"""

from __future__ import annotations

import heapq

import numpy as np

STACKS = 20_000
CYCLES = (20.0, 60.0, 200.0)


def idle(presses: int, cycle: float, seed: int = 0) -> tuple[float, float]:
    """Share of the time in which a press waits for a recipe, and the 95th percentile of the wait.

    In units of one proposal."""
    draw = np.random.default_rng(seed)
    free = [(cycle * draw.uniform(), i) for i in range(presses)]
    heapq.heapify(free)
    planned, waits = 0.0, []
    for _ in range(STACKS):
        now, press = heapq.heappop(free)
        planned = max(now, planned) + 1.0
        waits.append(planned - now)
        heapq.heappush(free, (planned + cycle * draw.uniform(0.7, 1.3), press))
    late = np.array(waits[STACKS // 4:])
    return float(late.mean() / (late.mean() + cycle)), float(np.quantile(late, 0.95))


def main() -> None:
    """A table in Markdown."""
    print("| presses | " + " | ".join(f"cycle {c:g} x proposal" for c in CYCLES) + " |")
    print("|---|" + "---|" * len(CYCLES))
    for presses in (1, 8, 16, 32, 64):
        cells = [idle(presses, cycle) for cycle in CYCLES]
        print(f"| {presses} | " + " | ".join(
            f"{100 * share:.0f} % (p95 {late:.1f})" for share, late in cells) + " |")


if __name__ == "__main__":
    main()
