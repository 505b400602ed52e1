"""Slow work on a thread of its own: the person goes on, and takes the result over when it is there."""

from __future__ import annotations

import queue
import time
from collections.abc import Callable
from concurrent import futures
from concurrent.futures import Future
from dataclasses import dataclass, field
from threading import Thread
from typing import Any

from sensorann.errors import SensorannError


@dataclass(frozen=True, kw_only=True, slots=True)
class Job:
    """Work to do and what to do with its result.

    Attributes
    ----------
    name : as a person reads it, such as ``interpolating 7``
    work : runs on the worker's thread; touches nothing that changes
    then : takes the result over, on the thread that collects; not called where the work failed
    since_s : when it was submitted, by the monotonic clock
    """

    name: str
    work: Callable[[], Any]
    then: Callable[[Any], None]
    result: Future[Any] = field(default_factory=Future)
    since_s: float = field(default_factory=time.monotonic)


class AbandonedError(SensorannError):
    """Work that nobody waits for any more."""


class Worker:
    """A queue of jobs and one thread that does them in order."""

    def __init__(self, name: str) -> None:
        self._waiting: queue.Queue[Job | None] = queue.Queue()
        self._begun: list[Job] = []
        self._share: float | None = None
        self._closing = False
        self._thread = Thread(target=self._run, name=name, daemon=True)
        self._thread.start()

    @property
    def pending(self) -> tuple[str, ...]:
        """Names of the jobs that are not collected yet, in order."""
        return tuple(job.name for job in self._begun)

    @property
    def waited_s(self) -> float:
        """How long the first job that is not collected yet has been waited for, seconds; 0 where there is none."""
        return time.monotonic() - self._begun[0].since_s if self._begun else 0.0

    @property
    def share(self) -> float | None:
        """How much of the job at work is done, 0 to 1; None where it does not say."""
        return self._share

    def progress(self, n_done: int, n_all: int) -> None:
        """Say how far the job at work is: what long work calls now and then.

        Raises
        ------
        AbandonedError
            When the worker closes: nobody needs the rest.
        """
        if self._closing:
            raise AbandonedError("the viewer closes")
        self._share = n_done / max(n_all, 1)

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

    def wait(self, at_most_s: float | None = None) -> None:
        """Wait until the next job is done, so that `collect` takes it over; no longer than so many seconds."""
        if self._begun:
            futures.wait([self._begun[0].result], timeout=at_most_s)

    def close(self) -> None:
        """Drop the jobs that wait, and stop the one at work where it next tells its progress; results are dropped."""
        self._closing = True
        for job in self._begun:
            job.result.cancel()
        self._begun.clear()
        self._waiting.put(None)
        self._thread.join()

    def _run(self) -> None:
        while (job := self._waiting.get()) is not None:
            if not job.result.set_running_or_notify_cancel():
                continue
            self._share = None
            try:
                job.result.set_result(job.work())
            except Exception as error:  # handed over to whoever collects: this thread lives on
                job.result.set_exception(error)
            self._share = None
