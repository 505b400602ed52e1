"""Tasks: a drive or a span of it, assigned to a person, on its way to being accepted."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, NamedTuple, get_args

from sensorann.errors import StoreError
from sensorann.store import projection
from sensorann.store.journal import Note
from sensorann.store.patch import Body, DocumentChange, Patch
from sensorann.store.roles import Role, require_right, roles
from sensorann.store.store import Store

State = Literal["todo", "annotating", "review", "accepted", "rework"]
STATES: tuple[State, ...] = get_args(State)


class Move(NamedTuple):
    """A step of a task that is allowed.

    Attributes
    ----------
    before, after : states
    roles : who may take it
    by_assignee : True: of these, annotators only their own tasks; False: anybody but the assignee, four eyes see more
    """

    before: State
    after: State
    roles: tuple[Role, ...]
    by_assignee: bool


MOVES = (
    Move("todo", "annotating", ("annotator", "lead"), by_assignee=True),
    Move("annotating", "review", ("annotator", "lead"), by_assignee=True),
    Move("review", "accepted", ("reviewer", "lead"), by_assignee=False),
    Move("review", "rework", ("reviewer", "lead"), by_assignee=False),
    Move("rework", "annotating", ("annotator", "lead"), by_assignee=True),
    Move("accepted", "rework", ("reviewer", "lead"), by_assignee=False),
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Task:
    """A drive or a span of it, assigned to a person.

    Attributes
    ----------
    drive, assignee, state : names
    start_ns, end_ns : instants, both included; None for the whole drive
    """

    drive: str
    assignee: str
    state: State
    start_ns: int | None = None
    end_ns: int | None = None


def tasks(store: Store, drive: str) -> tuple[Task, ...]:
    """Tasks of a drive, in the order in which they were assigned.

    Raises
    ------
    StoreError
        When there is no such drive.
    """
    with store.reading() as connection:
        found = projection.bodies(connection, drive, "task")
    return tuple(Task(drive=drive, **body) for body in found.values())


def assign(store: Store, drive: str, person: str, *, start_ns: int | None = None, end_ns: int | None = None) -> Task:
    """Assign a drive, or a span of it, to a person; a task that exists keeps its state.

    Raises
    ------
    StoreError
        When there is no such drive, you are no lead, the person has no role, or the span ends before it starts.
    """
    require_right(store, "assign tasks")
    known = roles(store)
    if known and person not in known:
        raise StoreError(f"{person} has no role in {store.name}, there are: {', '.join(known)}")
    if (start_ns is None) != (end_ns is None) or (start_ns is not None and end_ns is not None and end_ns < start_ns):
        raise StoreError(f"a span has a start and an end after it, got {start_ns} and {end_ns}")
    before = _task(store, drive, start_ns, end_ns)
    state: State = "todo" if before is None else before.state
    after = Task(drive=drive, assignee=person, state=state, start_ns=start_ns, end_ns=end_ns)
    _change_task(store, before, after, Note(kind="assign"))
    return after


def move(
    store: Store, drive: str, state: State, *, start_ns: int | None = None, end_ns: int | None = None, text: str = ""
) -> Task:
    """Move a task to another state.

    Raises
    ------
    StoreError
        When there is no such task, no such move, or it is not yours to take.
    """
    task = _task(store, drive, start_ns, end_ns)
    if task is None:
        raise StoreError(f"no task in drive {drive!r}{_span_text(start_ns, end_ns)}: assign it first")
    allowed = {step.after: step for step in MOVES if step.before == task.state}
    if state not in allowed:
        raise StoreError(f"a task moves from {task.state} to {' or '.join(allowed)}, not to {state}")
    step, role = allowed[state], roles(store).get(store.actor)
    if roles(store):
        own = task.assignee == store.actor
        if role not in step.roles or (step.by_assignee and role == "annotator" and not own):
            raise StoreError(f"{store.actor} may not move this task of {task.assignee} from {task.state} to {state}")
        if own and not step.by_assignee:
            raise StoreError(f"{store.actor} annotated this task: somebody else reviews it")
    after = Task(drive=drive, assignee=task.assignee, state=state, start_ns=start_ns, end_ns=end_ns)
    _change_task(store, task, after, Note(kind="status", text=text))
    return after


def _task(store: Store, drive: str, start_ns: int | None, end_ns: int | None) -> Task | None:
    return next((one for one in tasks(store, drive) if (one.start_ns, one.end_ns) == (start_ns, end_ns)), None)


def _change_task(store: Store, before: Task | None, after: Task, note: Note) -> None:
    key = "" if after.start_ns is None else f"{after.start_ns}-{after.end_ns}"
    change = DocumentChange("task", key, None if before is None else _task_body(before), _task_body(after))
    store.commit(after.drive, Patch(documents=(change,)), note)


def _task_body(task: Task) -> Body:
    return {"assignee": task.assignee, "state": task.state, "start_ns": task.start_ns, "end_ns": task.end_ns}


def _span_text(start_ns: int | None, end_ns: int | None) -> str:
    return "" if start_ns is None else f" from {start_ns} to {end_ns}"
