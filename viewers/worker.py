"""Slow work on a thread of its own: the person goes on, and takes the result over when it is there."""

from __future__ import annotations

import queue
from collections.abc import Callable
from concurrent import futures
from concurrent.futures import Future
from dataclasses import dataclass, field
from threading import Thread
from typing import Any


@dataclass(frozen=True, kw_only=True, slots=True)
class Job:
    """Work to do and what to do with its result.

    Attributes
    ----------
    name : as a person reads it, such as ``interpolating 7``
    work : runs on the worker's thread; touches nothing that changes
    then : takes the result over, on the thread that collects; not called where the work failed
    """

    name: str
    work: Callable[[], Any]
    then: Callable[[Any], None]
    result: Future[Any] = field(default_factory=Future)


class Worker:
    """A queue of jobs and one thread that does them in order."""

    def __init__(self, name: str) -> None:
        self._waiting: queue.Queue[Job | None] = queue.Queue()
        self._begun: list[Job] = []
        self._thread = Thread(target=self._run, name=name, daemon=True)
        self._thread.start()

    @property
    def pending(self) -> tuple[str, ...]:
        """Names of the jobs that are not collected yet, in order."""
        return tuple(job.name for job in self._begun)

    def submit(self, name: str, work: Callable[[], Any], then: Callable[[Any], None]) -> None:
        """Put a job at the end of the queue."""
        job = Job(name=name, work=work, then=then)
        self._begun.append(job)
        self._waiting.put(job)

    def collect(self) -> bool:
        """Take over the result of the next job if it is done; tell whether it was.

        Raises
        ------
        Exception
            What the work raised; the jobs behind it stay.
        """
        if not self._begun or not self._begun[0].result.done():
            return False
        job = self._begun.pop(0)
        job.then(job.result.result())
        return True

    def wait(self) -> None:
        """Wait until the next job is done, so that `collect` takes it over."""
        if self._begun:
            futures.wait([self._begun[0].result])

    def close(self) -> None:
        """Drop the jobs that wait, and stop after the one at work; results are dropped."""
        for job in self._begun:
            job.result.cancel()
        self._begun.clear()
        self._waiting.put(None)
        self._thread.join()

    def _run(self) -> None:
        while (job := self._waiting.get()) is not None:
            if not job.result.set_running_or_notify_cancel():
                continue
            try:
                job.result.set_result(job.work())
            except Exception as error:  # handed over to whoever collects: this thread lives on
                job.result.set_exception(error)
