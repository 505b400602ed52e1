"""A session in words: where it is, what is selected, one line per object."""

from __future__ import annotations

import math

import numpy as np

from sensorann.images.lines import short_id
from sensorann.scene import Source
from viewers.actions.remarks import open_comments, verdict_text
from viewers.looks import Part
from viewers.session import Session
from viewers.state import ShownBox

# A line of the side panel holds so many letters.
_WIDTH = 34
# Work of which nobody needs to read, seconds: a picture that tells of it would only delay its result.
AT_ONCE_S = 0.3


def state_text(session: Session) -> str:
    """Where the session is and what is set, one fact per line."""
    looks = session.looks
    shown = sum(1 for _ in session.shown())
    merged = f", {looks.n_sweeps} sweeps" if looks.n_sweeps > 1 else ""
    tags = [tag for tag in session.labels.tags if tag.timestamp_ns in (None, session.timestamp_ns)]
    lines = [
        session.name,
        f"frame {session.i_frame} of {len(session.frames) - 1}",
        f"objects: {len(session.labels.tracks)}, here: {shown}",
        f"tool: {session.tool.value}",
        f"points: {looks.coloring.value}{merged}",
        f"playing at {session.speed}x" if session.playback is not None else "",
        f"only: {' '.join(session.wanted_words)}" if session.wanted_words else "",
        f"finding {session.i_finding + 1} of {len(session.queue)}" if session.queue else "",
        f"event begun: {session.event_begun[0]}" if session.event_begun else "",
        *(f"{tag.name}: {tag.value}" for tag in tags),
    ]
    return "\n".join(line[:_WIDTH] for line in lines if line)


def object_text(session: Session) -> str:
    """The selected object: its box in numbers, its attributes, what was said about it."""
    if not session.selected:
        return "nothing selected"
    track, cuboid = session.track, session.box_here(session.selected[-1])
    lines = [f"object {track.id}: {track.category}" + (" (locked)" if track.id in session.locked else "")]
    if cuboid is not None:
        row = int(np.searchsorted(track.timestamps_ns, session.timestamp_ns))
        here = {name: values[row] for name, values in track.box_attributes.items()}
        lines += [
            "at {:.2f}, {:.2f}, {:.2f} m".format(*cuboid.center),
            "{:.2f} x {:.2f} x {:.2f} m".format(*cuboid.size) + f", {math.degrees(cuboid.yaw):.1f} deg",
            _surety(Source(track.sources[row]), track.sigmas[row, :2]),
            *(f"{name}: {value} (here)" for name, value in here.items() if value is not None),
        ]
    lines += [f"{name}: {value}" for name, value in track.attributes.items()]
    lines += [verdict] if (verdict := verdict_text(session)) else []
    lines += [f"{said.author}: {said.text}" for said in open_comments(session)]
    return "\n".join(line[:_WIDTH] for line in lines)


def caption(track_id: str, category: str) -> str:
    """What is written at a box: its id and what it is, without the family before the first dot, as in "vehicle.car"."""
    return f"{short_id(track_id)} {category.partition('.')[2] or category}"


def list_line(session: Session, box: ShownBox) -> str:
    """One object of the frame, for the list."""
    locked = "  locked" if box.track.id in session.locked else ""
    return f"{caption(box.track.id, box.track.category)}  {box.source.label}{locked}"


def work_text(session: Session) -> str:
    """What the worker does and how far it is, a bar of ten signs; empty where it rests, or is likely done at once."""
    if session.worker.waited_s < AT_ONCE_S:
        return ""
    share = session.worker.share
    bar = "" if share is None else f"  [{'#' * int(10 * share):.<10}] {share:.0%}"
    return f"{', '.join(session.busy)} ...{bar}"


def attention_text(session: Session) -> str:
    """What wants to be read now: what the worker does and what the last action said; empty where there is neither."""
    return "   ".join(text for text in (work_text(session), session.message) if text)


def hint(session: Session) -> str:
    """What a person may want to know when there is no message."""
    keys = "every edit is saved; ? shows the keys"
    return keys if Part.BATCH not in session.looks.shown else f"batch view, V leaves it; {keys}"


def _surety(source: Source, sigmas: np.ndarray) -> str:
    doubt = float(np.hypot(*sigmas))
    return source.label if not doubt > 0 else f"{source.label}, give or take {2 * doubt:.2f} m"
