"""Whole objects: keyframes and what is computed between them, which boxes belong together, what is said of them."""

from __future__ import annotations

from dataclasses import replace

from sensorann.errors import ArgumentError
from sensorann.scene import Attribute, Labels, Source
from sensorann.store import Note
from sensorann.tracks import Suggestion, interpolate, suggest, surgery
from sensorann.tracks.extending import extend_tracks
from viewers.actions.placing import selected_box
from viewers.actions.remarks import accepted_ids
from viewers.session import Session


def toggle_key(session: Session) -> None:
    """Make the selected box a keyframe as it is, or leave it to the machine again; see `selected_box` for errors."""
    track_id, _ = selected_box(session)
    instant, track = session.timestamp_ns, session.track
    human = track.sources[surgery.row_at(track, instant)] == Source.HUMAN
    source = Source.INTERPOLATED if human else Source.HUMAN
    wanted = surgery.set_source(session.labels, track_id, timestamp_ns=instant, source=source)
    session.commit(wanted, "clear key" if human else "make key")


def interpolate_object(session: Session) -> None:
    """Let the worker fill the selected object between its keyframes, as it would fill all of them."""
    _interpolate(session, session.track.id)


def interpolate_all(session: Session) -> None:
    """Let the worker fill every object between its keyframes."""
    _interpolate(session, None)


def extend(session: Session) -> None:
    """Let the worker fill the selected object between its keyframes, and follow it beyond them while it finds it."""
    track_id, drive, points, progress = session.track.id, session.drive, session.use_points, session.worker.progress
    note = Note(kind="extend", machine={"points": points, "calibration_sha256": drive.rig.calibration_sha256})

    def compute(labels: Labels) -> Labels:
        filled = interpolate(labels, drive, points=points, only=(track_id,), progress=progress).track(track_id)
        return extend_tracks(replace(labels, tracks=(filled,)), drive, progress=progress).labels

    session.complete(f"following object {track_id}", compute, note)


def look_for_doubt(session: Session) -> None:
    """Let the worker find the frame whose correction is worth most, of the selected object or of all, and go there."""
    labels, drive = session.labels, session.drive
    track_id = session.selected[-1] if session.selected else None

    def jump(found: list[Suggestion]) -> None:
        session.suggestions = tuple(found)
        if not found:
            session.message = "nothing is left to correct between keyframes"
            return
        session.go_to_instant(found[0].timestamp_ns)
        session.select(found[0].track_id)
        session.message = found[0].reason

    session.worker.submit("looking for doubt", lambda: suggest(labels, drive, n=5, track_id=track_id), jump)


def merge(session: Session) -> None:
    """Make one object of the two that are selected; id and category are those of the first one."""
    first, second = _two_selected(session)
    category = session.labels.track(first).category
    session.commit(surgery.merge(session.labels, first, second, category=category), "merge")


def split(session: Session) -> None:
    """Let the selected object be another one from this frame on, and select that one."""
    before = {track.id for track in session.labels.tracks}
    session.commit(surgery.split(session.labels, session.track.id, session.timestamp_ns), "split")
    session.select(*(track.id for track in session.labels.tracks if track.id not in before))


def relink(session: Session) -> None:
    """Give the boxes of the first selected object from this frame on to the second one."""
    giver, taker = _two_selected(session)
    span = session.timestamp_ns, int(session.frames[-1])
    session.commit(surgery.relink(session.labels, giver, taker, span=span), "relink")


def delete_box(session: Session) -> None:
    """Delete the selected object's box in this frame."""
    _delete(session, session.timestamp_ns)


def delete_from_here(session: Session) -> None:
    """Delete the selected object's boxes from this frame on."""
    _delete(session, int(session.frames[-1]))


def delete_object(session: Session) -> None:
    """Delete the selected objects with all their boxes, in one edit."""
    wanted, chosen = session.labels, {session.track.id, *session.selected}
    for track_id in chosen:
        wanted = surgery.delete_span(wanted, track_id, span=None)
    session.commit(wanted, "delete")


def delete_proposals(session: Session, *, below: float | None) -> None:
    """Delete the machine's objects that no person touched, accepted or locked, in one edit.

    Parameters
    ----------
    session : Session
    below : only those whose confidence is less; None for all of them

    Raises
    ------
    ArgumentError
        When there are none.
    """
    wanted = surgery.delete_unlikely(session.labels, below, kept=session.locked | accepted_ids(session))
    n_gone = len(session.labels.tracks) - len(wanted.tracks)
    if not n_gone:
        raise ArgumentError("no object that a machine proposed is left to delete")
    session.commit(wanted, "delete proposals")
    session.message = f"{n_gone} proposals deleted, in one edit"


def stand_still(session: Session) -> None:
    """Let the selected object stand where it is: its box here holds from its first frame to its last.

    An object with one box stands there through the whole drive.
    """
    track_id, _ = selected_box(session)
    times, frames = session.track.timestamps_ns, session.frames
    held = frames if len(times) == 1 else frames[(frames >= times[0]) & (frames <= times[-1])]
    wanted = surgery.copy_static(session.labels, track_id, reference_ns=session.timestamp_ns, at=held)
    session.commit(wanted, "stand still")


def set_category(session: Session, category: str) -> None:
    """Say what the selected objects are.

    Raises
    ------
    ArgumentError
        When nothing is selected, or there is no such category.
    """
    wanted = session.labels
    for track_id in {session.track.id, *session.selected}:
        wanted = surgery.set_category(wanted, track_id, category)
    session.commit(wanted, "category")


def set_attribute(session: Session, name: str, value: Attribute | None) -> None:
    """Say something of the selected object as a whole; None takes it back."""
    track = session.track
    said = {other: known for other, known in track.attributes.items() if other != name}
    if value is not None:
        said[name] = value
    wanted = surgery.with_tracks(session.labels, {track.id: (replace(track, attributes=said),)})
    session.commit(wanted, "attribute")


def set_box_attribute(session: Session, name: str, value: Attribute | None) -> None:
    """Say something of the selected box; None takes it back."""
    track_id, _ = selected_box(session)
    wanted = surgery.set_box_attribute(session.labels, track_id, name, value, timestamp_ns=session.timestamp_ns)
    session.commit(wanted, "attribute")


def _interpolate(session: Session, only: str | None) -> None:
    drive, points, progress = session.drive, session.use_points, session.worker.progress
    machine = {"method": "smooth", "points": points, "calibration_sha256": drive.rig.calibration_sha256}

    def compute(labels: Labels) -> Labels:
        if only is None:
            return interpolate(labels, drive, points=points, progress=progress)
        # Neighbours take part, since they claim their own points, and are left out of the result.
        filled = interpolate(labels, drive, points=points, only=(only,), progress=progress)
        return replace(labels, tracks=(filled.track(only),))

    name = "interpolating all objects" if only is None else f"interpolating object {only}"
    session.complete(name, compute, Note(kind="interpolate", machine=machine))


def _two_selected(session: Session) -> tuple[str, str]:
    if len(session.selected) != 2:
        raise ArgumentError(f"select two objects, the second one with Ctrl held; {len(session.selected)} are selected")
    first, second = session.selected
    return first, second


def _delete(session: Session, last_ns: int) -> None:
    span = session.timestamp_ns, last_ns
    session.commit(surgery.delete_span(session.labels, session.track.id, span=span), "delete")
