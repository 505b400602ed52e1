"""The model of the viewer: a drive, its labels in a store, and where in them a person is.

A session is the one thing in the viewer that changes. It knows nothing of windows: what draws it reads it after every
action, and the actions in `viewers.actions` are all that a key or a mouse can do to it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sensorann.errors import ArgumentError, SensorannError
from sensorann.geometry import Cuboid, Transform
from sensorann.qa import Finding
from sensorann.qa.checking import Clashes
from sensorann.scene import Labels, Track, frame_timestamps_ns, nearest_indices
from sensorann.store import EditConflictError, Note, Snapshot, Store
from sensorann.tracks import Suggestion
from viewers.frame_boxes import box_at, shown_boxes
from viewers.keeping import changed_ids, keep, take_back
from viewers.loading import LoadAhead
from viewers.looks import Looks
from viewers.pictures.closeup import Side
from viewers.recording import CachedDrive
from viewers.state import Form, Gesture, Playback, ShownBox, Tool, View
from viewers.worker import Worker


class Session:
    """What a person works on; `viewers.open_session` opens one.

    Attributes
    ----------
    drive : the recording, with what was read last in memory
    store : where every edit is safe when the action returns
    frames : (N,) int64, the drive's instants
    i_frame : the frame that is looked at
    selected : ids of objects, in the order in which they were selected
    hidden : ids of objects that are not shown
    isolated : only what is selected is shown
    locked : ids of objects that neither hand nor machine changes
    wanted_words : only objects whose id, category or attributes hold all of these words are shown
    tool, clicks : what a click does, and the points (3,) clicked so far where it takes several
    category : of new objects; None to let the fit guess
    use_points : interpolation follows the points
    gesture : a box under the hand; None where none is
    hovered : the close-up that the pointer was in last; None where that was another view
    event_begun : category and instant of an event whose end is still to be marked
    suggestions : frames worth looking at, the best first
    queue, i_finding : what a check found, the surest first, and which of it is looked at
    checked, clashes : objects as they were checked or repaired, and what repairs have changed since
    playback, speed : the drive plays by itself, and how fast it would
    form : what the person is asked to write; None where nothing is asked
    looks : how things are shown
    view : where to look from next; a window goes there and forgets it, so that the person turns freely
    point_size : pixels
    paths_shown : the way of what is selected is drawn
    help_shown : what the keys do is shown
    left : the person is done; a window closes
    message : what the person should read now
    """

    def __init__(self, drive: CachedDrive, store: Store, seen: Snapshot) -> None:
        self.drive, self.store = drive, store
        self.frames: NDArray[np.int64] = frame_timestamps_ns(drive)
        self.i_frame = 0
        self.selected: tuple[str, ...] = ()
        self.hidden: frozenset[str] = frozenset()
        self.isolated = False
        self.tool = Tool.SELECT
        self.clicks: tuple[NDArray[np.float64], ...] = ()
        self.category: str | None = None
        self.use_points = True
        self.gesture: Gesture | None = None
        self.hovered: Side | None = None
        self.event_begun: tuple[str, int] | None = None
        self.suggestions: tuple[Suggestion, ...] = ()
        self.locked: frozenset[str] = frozenset()
        self.wanted_words: tuple[str, ...] = ()
        self.queue: tuple[Finding, ...] = ()
        self.i_finding = 0
        self.checked: dict[str, str] = {}
        self.clashes = Clashes()
        self.playback: Playback | None = None
        self.speed = 1
        self.form: Form | None = None
        self.looks = Looks()
        self.view: View | None = View.BEHIND
        self.point_size = 2
        self.paths_shown = self.help_shown = self.left = False
        self.message = ""
        self.worker = Worker("sensorann work")
        self._ahead = LoadAhead(drive, self.frames)
        self._seen = seen
        self._n_changes = 0
        self._shown_of: tuple[object, ...] = ()
        self._shown: tuple[ShownBox, ...] = ()

    @property
    def labels(self) -> Labels:
        """The labels as they are in the store, as far as this session has seen."""
        return self._seen.labels

    @property
    def name(self) -> str:
        """Name of the drive in the store."""
        return self._seen.drive

    @property
    def timestamp_ns(self) -> int:
        """Instant of the frame that is looked at."""
        return int(self.frames[self.i_frame])

    @property
    def track(self) -> Track:
        """The object that was selected last.

        Raises
        ------
        ArgumentError
            When none is.
        """
        if not self.selected:
            raise ArgumentError("select an object first: click it, or step through all with Tab")
        return self.labels.track(self.selected[-1])

    def version(self, track_id: str) -> int:
        """Number of the last event that changed an object, as far as this session has seen."""
        return self._seen.versions[track_id]

    @property
    def busy(self) -> tuple[str, ...]:
        """Names of the work that is under way, in order."""
        return self.worker.pending

    def frame_from_ego(self, timestamp_ns: int) -> Transform:
        """Pose of the vehicle in the frame of the labels.

        Raises
        ------
        TimeRangeError
            When the instant lies outside the ego trajectory.
        """
        return self.drive.frame_from_ego(timestamp_ns)

    def box_here(self, track_id: str) -> Cuboid | None:
        """Box of an object in this frame, as a hand holds it where one does; None where it has none."""
        return box_at(self.labels.track(track_id), self.timestamp_ns, self.gesture)

    def shown(self) -> tuple[ShownBox, ...]:
        """Boxes of this frame that are not hidden, in the order of the labels; the same tuple while nothing changes."""
        of = (self.labels, self.i_frame, self.selected, self.hidden, self.isolated, self.wanted_words, self.gesture)
        if of != self._shown_of:
            boxes = shown_boxes(
                self.labels,
                self.timestamp_ns,
                selected=self.selected,
                hidden=self.hidden,
                isolated=self.isolated,
                words=self.wanted_words,
                held=self.gesture,
            )
            self._shown_of, self._shown = of, tuple(boxes)
        return self._shown

    def go_to(self, i_frame: int) -> None:
        """Look at another frame, the first or last one beyond the ends; those that follow are read ahead."""
        step = 1 if i_frame >= self.i_frame else -1
        self.i_frame = min(max(i_frame, 0), len(self.frames) - 1)
        self.gesture, self.clicks = None, ()
        self._ahead.gone_to(self.i_frame, step=step)

    def go_to_instant(self, timestamp_ns: int) -> None:
        """Look at the frame nearest to an instant."""
        self.go_to(int(nearest_indices(self.frames, [timestamp_ns])[0]))

    def select(self, *track_ids: str) -> None:
        """Select objects, none to select nothing.

        Raises
        ------
        ArgumentError
            When there is no such object.
        """
        self.selected = tuple(self.labels.track(track_id).id for track_id in track_ids)
        self.gesture = None

    def commit(self, wanted: Labels, kind: str, *, text: str = "", machine: Mapping[str, Any] | None = None) -> None:
        """Write an edit as one event; it is safe when this returns, and can be undone.

        Raises
        ------
        EditConflictError
            When somebody else changed the same fields: nothing is written, and his version is what is seen now.
        ArgumentError
            When one of the objects is locked.
        """
        if held := changed_ids(self.labels, wanted) & self.locked:
            raise ArgumentError(f"object {min(held)} is locked")
        self.playback = None  # who edits wants to see this frame
        try:
            self._take(keep(self.store, self._seen, wanted, Note(kind=kind, text=text, machine=machine or {})))
        except EditConflictError:
            self.reload()
            raise

    def take_back(self, *, redo: bool = False) -> str | None:
        """Undo the last edit, or redo the last undo; return its kind, None when there is nothing left.

        Raises
        ------
        EditConflictError
            When somebody else changed the same fields afterwards; his version is what is seen now.
        """
        try:
            taken = take_back(self.store, self._seen, redo=redo)
        except EditConflictError:
            self.reload()
            raise
        if taken is None:
            return None
        seen, kind = taken
        self._take(seen)
        return kind

    def reload(self) -> None:
        """See what everybody did meanwhile."""
        self._take(self.store.load(self.name))

    def complete(self, task: str, compute: Callable[[Labels], Labels], note: Note) -> None:
        """Let the worker compute boxes, and replace machine boxes by them, in one event; people's stay as they are."""
        name, labels, n_changes, locked = self.name, self.labels, self._n_changes, self.locked

        def work() -> Snapshot:
            computed = compute(labels)
            free = tuple(track for track in computed.tracks if track.id not in locked)
            # What was deleted while the machine worked is not brought back.
            return self.store.complete(name, replace(computed, tracks=free), note=note, new_objects=False)

        def then(snapshot: Snapshot) -> None:
            # An edit made meanwhile may be newer than the machine's result.
            self._take(snapshot if self._n_changes == n_changes else self.store.load(name))

        self.worker.submit(task, work, then)

    def collect(self) -> bool:
        """Take over the work that is done; tell whether there was any. What went wrong becomes the message."""
        try:
            return self.worker.collect()
        except SensorannError as error:
            self.message = str(error)
            return True

    def collect_soon(self, within_s: float) -> bool:
        """Wait so many seconds for work that was just begun, and take it over if it is done; not behind other work."""
        if len(self.busy) != 1 or self.worker.waited_s > within_s:
            return False
        self.worker.wait(within_s)
        return self.collect()

    def finish(self) -> None:
        """Wait for all work and take it over."""
        while self.busy:
            self.worker.wait()
            self.collect()

    def close(self) -> None:
        """Stop the workers; what was acknowledged is in the store."""
        self.worker.close()
        self._ahead.close()

    def _take(self, seen: Snapshot) -> None:
        self._seen = seen
        self._n_changes += 1
        self.gesture = None
        there = {track.id for track in seen.labels.tracks}
        self.selected = tuple(track_id for track_id in self.selected if track_id in there)
