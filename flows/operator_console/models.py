"""Asks the side process for what needs models, and remembers its latest answers."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import active_children, get_context
from typing import Any

from pressloop.flows.engine.deaf import deaf_to_ctrl_c
from pressloop.flows.operator_console.side_process import Job, begin, warm_up, work

KEPT = 200
"""Answers, such as maps, that are not asked for again."""


class ModelDesk:
    """Jobs one after the other, each answer kept as long as there is room."""

    def __init__(self) -> None:
        self._pool = self._started()
        self._answers = OrderedDict[Job, Any]()

    def warm(self) -> None:
        """Starts the process and loads what it needs, before anybody asks."""
        with deaf_to_ctrl_c():
            self._pool.submit(warm_up)

    async def answer(self, job: Job) -> Any:
        """The answer of `work`, from memory where it was asked before."""
        if job in self._answers:
            self._answers.move_to_end(job)
            return self._answers[job]
        try:
            with deaf_to_ctrl_c():
                asked = asyncio.get_running_loop().run_in_executor(self._pool, work, job)
            found = await asked
        except BrokenProcessPool:
            self._pool = self._started()
            return {"error": "The process that fits the models has ended; it is started again."}
        self._answers[job] = found
        while len(self._answers) > KEPT:
            self._answers.popitem(last=False)
        return found

    def close(self) -> None:
        """Lets the process go; what it computes is lost."""
        # A fit is not waited for: it has nothing to lose.
        for process in active_children():
            process.kill()
        self._pool.shutdown(wait=False, cancel_futures=True)

    @staticmethod
    def _started() -> ProcessPoolExecutor:
        return ProcessPoolExecutor(1, mp_context=get_context("spawn"), initializer=begin)
