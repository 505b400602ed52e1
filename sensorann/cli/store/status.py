"""`sensorann store status`: how far the tasks of a drive are."""

from dataclasses import asdict
from typing import Annotated

from cyclopts import Parameter

import sensorann as sa
from sensorann.cli.labels import drive_address
from sensorann.cli.output import AsJson, print_json
from sensorann.store.reviewing import changed_since, comments, decisions
from sensorann.store.tasks import State, Task, move, tasks


def status(
    store: str,
    /,
    *,
    to: State | None = None,
    start: Annotated[int | None, Parameter(name="--start-ns")] = None,
    end: Annotated[int | None, Parameter(name="--end-ns")] = None,
    note: str = "",
    as_json: AsJson = False,
) -> None:
    """Show how far the tasks of a drive are, or move one on: todo, annotating, review, accepted or rework.

    For example:

        sensorann store status labels.db#0000
        sensorann store status labels.db#0000 --to review

    Parameters
    ----------
    store
        STORE#DRIVE.
    to
        The state to move the task to.
    start
        First instant of the task's span, ns; the task of the whole drive when not given.
    end
        Last instant of the task's span, ns.
    note
        Said about the move in the journal.
    as_json
        Print JSON instead of text.
    """
    place, drive = drive_address(store)
    with sa.open_store(place) as opened:
        if to is not None:
            move(opened, drive, to, start_ns=start, end_ns=end, text=note)
        found = tasks(opened, drive)
        n_open = sum(comment.resolved_by is None for comment in comments(opened, drive))
        reviewed = decisions(opened, drive)
        outdated = changed_since(opened, drive)
    n_accepted = sum(body["decision"] == "accept" for body in reviewed.values())
    if as_json:
        print_json(
            {
                "tasks": [asdict(task) for task in found],
                "open_comments": n_open,
                "accepted": n_accepted,
                "rejected": len(reviewed) - n_accepted,
                "changed_since": sorted(outdated),
            }
        )
        return
    for task in found:
        print(f"{_span(task)}: {task.state}, {task.assignee}")
    rejected = len(reviewed) - n_accepted
    again = f"; {len(outdated)} changed since: look again" if outdated else ""
    print(f"{len(found)} tasks, {n_open} open comments, {n_accepted} objects accepted, {rejected} rejected{again}")


def _span(task: Task) -> str:
    return task.drive if task.start_ns is None else f"{task.drive} from {task.start_ns} to {task.end_ns}"
