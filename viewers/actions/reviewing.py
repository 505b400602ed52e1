"""Review: a queue of what is probably wrong, walked through with one key, and a box as it was before."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sensorann.errors import ArgumentError
from sensorann.geometry import Cuboid, Transform
from sensorann.qa import Finding, check, repaired
from sensorann.qa.checking import Clashes, looks_at_recording, repaired_objects, states
from sensorann.scene import Labels
from sensorann.store import story
from sensorann.store.difference import difference
from sensorann.store.merging import box_fields
from sensorann.store.patch import Box
from viewers.session import Session

_CLASH = "another repair has changed boxes there: look for errors again"


def look_for_errors(session: Session) -> None:
    """Let the worker find what is probably wrong, the surest first, and go to the first finding."""
    labels, drive = session.labels, session.drive

    def take(found: list[Finding]) -> None:
        session.queue, session.i_finding = tuple(found), 0
        session.checked = states(labels, {name for one in found for name in repaired_objects(one)})
        session.clashes = Clashes()
        if found:
            _go(session)
        else:
            session.message = "no finding"

    progress = session.worker.progress
    session.worker.submit("checking", lambda: check(labels, drive, progress=progress), take)


def step_findings(session: Session, n_findings: int) -> None:
    """Go to the next finding, or back where negative; the last one is the end.

    Raises
    ------
    ArgumentError
        When nothing was found, or nobody looked.
    """
    _finding(session)
    session.i_finding = min(max(session.i_finding + n_findings, 0), len(session.queue) - 1)
    _go(session)


def mend(session: Session) -> None:
    """Apply the repair that the finding suggests, as one edit, and go to the next finding.

    What looks at the recording is left to the worker; labels that are changed meanwhile are not overwritten.

    Raises
    ------
    ArgumentError
        When the finding has no repair, or its object was changed since it was checked: a half turn that is made twice
        is none.
    """
    finding, before = _finding(session), session.labels
    _check_state(session, finding)
    if not looks_at_recording(finding):
        _take(session, finding, repaired(before, finding))
        return

    def take(mended: Labels) -> None:
        if session.labels is not before:
            raise ArgumentError("labels were changed meanwhile: nothing was repaired")
        _take(session, finding, mended)

    drive = session.drive
    session.worker.submit("repairing", lambda: repaired(before, finding, drive), take)


def _check_state(session: Session, finding: Finding) -> None:
    """Raise an `ArgumentError` where an object is no longer as it was checked, but for repairs of other errors."""
    ids = repaired_objects(finding)
    now = states(session.labels, ids)
    changed = [name for name in sorted(ids) if now.get(name) != session.checked.get(name)]
    if changed:
        raise ArgumentError(f"object {', '.join(changed)} has changed since it was checked: look for errors again")
    if session.clashes.near(finding, ids):
        raise ArgumentError(_CLASH)


def _take(session: Session, finding: Finding, mended: Labels) -> None:
    """Write repaired labels down, and take their finding from the queue."""
    boxes = difference(session.labels, mended).boxes
    if session.clashes.within(finding, boxes):
        raise ArgumentError(_CLASH)
    session.commit(mended, "repair", text=finding.message)
    session.clashes.add(finding, boxes)
    session.checked |= states(session.labels, repaired_objects(finding) | {box.object for box in boxes})
    if any(one is finding for one in session.queue):
        session.i_finding = next(i for i, one in enumerate(session.queue) if one is finding)
        dismiss(session)


def dismiss(session: Session) -> None:
    """Take the finding from the queue, as mended or as no error, and go to the next one."""
    finding = _finding(session)
    session.queue = tuple(one for one in session.queue if one is not finding)
    session.i_finding = min(session.i_finding, max(len(session.queue) - 1, 0))
    if session.queue:
        _go(session)
    else:
        session.message = "that was the last finding"


@dataclass(frozen=True, eq=False, kw_only=True, slots=True)
class Before:
    """A box as it was before its last change.

    Attributes
    ----------
    cuboid : in the frame of the labels
    changed_by : what was done to it then, and by whom
    """

    cuboid: Cuboid
    changed_by: str


def box_before(session: Session) -> Before | None:
    """Box of the selected object in this frame as it was before its last change; None where it has no past.

    Raises
    ------
    ArgumentError
        When nothing is selected.
    """
    track = session.track
    if session.box_here(track.id) is None:
        return None
    changes = [
        (change, step.event)
        for step in story(session.store, session.name, track.id, session.timestamp_ns)
        for change in step.boxes
        if change.after is not None
    ]
    if not changes:
        return None
    change, event = changes[-1]
    if change.before is None:
        return None
    return Before(cuboid=_cuboid(change.before, session.labels.frame), changed_by=f"{event.kind} by {event.actor}")


def _finding(session: Session) -> Finding:
    if not session.queue:
        raise ArgumentError("there is no finding: look for errors first")
    return session.queue[session.i_finding]


def _go(session: Session) -> None:
    finding = _finding(session)
    session.go_to_instant(finding.timestamp_ns)
    session.select(*(track.id for track in session.labels.tracks if track.id == finding.object))
    repair = ", a repair is known" if finding.repair else ""
    session.message = (
        f"finding {session.i_finding + 1} of {len(session.queue)}, {finding.score:.0%} sure: {finding.message}{repair}"
    )


def _cuboid(box: Box, frame: str) -> Cuboid:
    fields = box_fields(box)
    length, width, height = fields["size"]
    pose = Transform(np.reshape(fields["rotation"], (3, 3)), np.asarray(fields["center"]))
    return Cuboid(frame_from_cuboid=pose, size=(length, width, height), frame=frame)
