"""The timeline as a picture: all frames of the drive, and what the selected object has in each of them."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from sensorann.scene import Source
from viewers.session import Session

HEIGHT = 36
Color = tuple[int, int, int]
_GROUND: Color = (40, 40, 40)
_TICK: Color = (90, 90, 90)
_ANY_BOX: Color = (70, 85, 100)
_CURSOR: Color = (255, 255, 255)
_WORTH_A_LOOK: Color = (255, 80, 80)
# Who placed a box, RGB.
SOURCE_COLORS: Mapping[Source, Color] = MappingProxyType(
    {
        Source.HUMAN: (255, 200, 60),
        Source.IMPORTED: (190, 190, 190),
        Source.DETECTED: (120, 200, 255),
        Source.FITTED: (90, 170, 110),
        Source.INTERPOLATED: (80, 110, 160),
    }
)
_DOUBT: Color = (215, 110, 60)
_FOUND: Color = (235, 90, 235)
_TICKS = 10
# The doubt about a box that fills its whole frame, two standard deviations, metres.
_FULL_DOUBT = 1.0
# Rows of the picture from above: suggestions, findings, the selected object, all objects.
_SUGGESTED, _FINDINGS, _OBJECT, _ALL = slice(0, 4), slice(4, 8), slice(8, 26), slice(28, 36)


def draw_timeline(session: Session, width: int) -> NDArray[np.uint8]:
    """Draw the timeline (HEIGHT, width, 3), RGB.

    The middle band shows the sources of the selected object's boxes: keyframes of people in yellow, computed boxes
    dull, gaps empty, and from below, in orange, the doubt about their place, full at a metre. The lower band shows the
    frames in which any object has a box. Marks above: suggestions red, findings of a check purple.
    """
    picture = np.full((HEIGHT, width, 3), _GROUND, np.uint8)
    frames = session.frames
    for i_frame in range(0, len(frames), _TICKS):
        picture[:, _columns(session, i_frame, width).start] = _TICK
    instants = [track.timestamps_ns for track in session.labels.tracks]
    for labelled in np.flatnonzero(np.isin(frames, np.concatenate([np.zeros(0, np.int64), *instants]))):
        picture[_ALL, _columns(session, int(labelled), width)] = _ANY_BOX
    for suggestion in session.suggestions:
        suggested = int(np.searchsorted(frames, suggestion.timestamp_ns))
        picture[_SUGGESTED, _columns(session, suggested, width)] = _WORTH_A_LOOK
    for finding in session.queue:
        found = int(np.clip(np.searchsorted(frames, finding.timestamp_ns), 0, len(frames) - 1))
        picture[_FINDINGS, _columns(session, found, width)] = _FOUND
    if session.selected:
        track = session.track
        at_frames = np.isin(track.timestamps_ns, frames)
        rows = np.searchsorted(frames, track.timestamps_ns[at_frames])
        doubts = 2 * np.hypot(*track.sigmas[at_frames, :2].T)
        for row, source, doubt in zip(rows, track.sources[at_frames], np.nan_to_num(doubts), strict=True):
            columns = _columns(session, int(row), width)
            picture[_OBJECT, columns] = SOURCE_COLORS[Source(source)]
            height = round(min(doubt / _FULL_DOUBT, 1.0) * (_OBJECT.stop - _OBJECT.start))
            picture[_OBJECT.stop - height : _OBJECT.stop, columns] = _DOUBT
    cursor = _columns(session, session.i_frame, width)
    picture[:, (cursor.start + cursor.stop - 1) // 2] = _CURSOR
    return picture


def frame_at(session: Session, x: float, width: int) -> int:
    """Frame that a column of the timeline shows, the first or last one outside of it."""
    return min(max(int(x * len(session.frames) / width), 0), len(session.frames) - 1)


def _columns(session: Session, i_frame: int, width: int) -> slice:
    """Columns of a frame: one at least, and a gap to the next where there is room."""
    start, end = (i * width // len(session.frames) for i in (i_frame, i_frame + 1))
    return slice(start, max(start + 1, end - (end - start > 3)))
