"""How far a command is: a bar on a terminal, nothing in a pipe."""

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TypeVar

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

Item = TypeVar("Item")


@contextmanager
def counted(text: str) -> Iterator[Callable[[int, int], None]]:
    """Give a callback (number done, number in all) that moves a bar; the bar goes when the block ends."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    hidden = not sys.stderr.isatty()
    with Progress(*columns, console=Console(stderr=True), transient=True, disable=hidden) as bar:
        task = bar.add_task(text, total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)


def shown(items: Sequence[Item], text: str) -> Iterator[Item]:
    """Hand out items one by one under a bar that counts them."""
    with counted(text) as report:
        for done, item in enumerate(items):
            report(done, len(items))
            yield item
        report(len(items), len(items))
