"""Boxes, ways and returns as the eye of the 3D view sees them: lines on a clear picture, to be laid over the points."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sensorann.images.clipping import clip_to_view
from sensorann.images.lines import draw_segments
from viewers.surroundings import Lines

# The eye looks along -z with y up, a camera of ours along z with y down.
_CAMERA_FROM_EYE = np.diag([1.0, -1.0, -1.0])
# So much more than the view is kept of a line: its cut end lies outside.
_MARGIN = 1.1


def draw_wires(
    wires: Lines, size: tuple[int, int], view_matrix: ArrayLike, projection_matrix: ArrayLike, *, thickness: int
) -> NDArray[np.uint8]:
    """Draw lines as an eye sees them, those of one color in a row together, the farthest first; points hide none.

    Parameters
    ----------
    wires : in the drawn frame
    size : (width, height) of the picture in pixels
    view_matrix, projection_matrix : (4, 4) each, as `viewers.eye.ray_through` takes them; the eye looks straight ahead
    thickness : of the lines, pixels

    Returns
    -------
    (height, width, 4) uint8, RGB and how much it covers: 0 where nothing is drawn
    """
    picture = np.zeros((size[1], size[0], 4), np.uint8)
    camera_from_drawn = _CAMERA_FROM_EYE @ np.asarray(view_matrix, np.float64)[:3]
    stretch = np.diag(np.asarray(projection_matrix, np.float64))[:2]
    across, down = (_MARGIN / stretch).tolist()
    starts, ends = (at @ camera_from_drawn[:, :3].T + camera_from_drawn[:, 3] for at in (wires.starts, wires.ends))
    starts, ends, seen = clip_to_view(starts, ends, (across, down))
    lines = np.stack([starts, ends], axis=1)[seen]
    pixels = (lines[..., :2] / lines[..., 2:] * stretch + 1) / 2 * size - 0.5
    colors = np.column_stack([np.round(255 * wires.colors[seen]), np.full(len(lines), 255)]).astype(np.int64)
    runs = np.split(np.arange(len(lines)), np.flatnonzero((np.diff(colors, axis=0) != 0).any(axis=1)) + 1)
    for run in sorted(runs, key=lambda run: -lines[run, :, 2].mean()) if len(lines) else ():
        draw_segments(picture, pixels[run], colors[run[0]].tolist(), thickness=thickness)
    return picture
