"""The handles of the selected box: arrows and a square drag it over the ground, an arc turns it."""

from __future__ import annotations

import numpy as np
import viser

from sensorann.geometry import Cuboid, Transform
from viewers.actions import shaping
from viewers.eye import drawn_from_labels
from viewers.session import Session
from viewers.web.inbox import Post

# Handles reach so far out of a box, in half lengths.
_REACH = 1.5
# Along the box, across, and about its own up axis: nothing here lifts it off the ground or tilts it.
_AXES = (True, True, False)


class Handles:
    """The handles of at most one box; what is done with them is posted as actions."""

    def __init__(self, scene: viser.SceneApi, post: Post) -> None:
        self._scene, self._post = scene, post
        self._n_made = 0
        self._shown: viser.TransformControlsHandle | None = None
        self._of: tuple[str, int, tuple[float, float, float]] | None = None

    def draw(self, session: Session) -> None:
        """Put the handles where the selected box is; in a hand they are where the hand has them."""
        track_id = session.selected[-1] if session.selected else ""
        cuboid = session.box_here(track_id) if track_id else None
        wanted = None if cuboid is None else (track_id, session.i_frame, cuboid.size)
        if wanted != self._of:
            self._replace(cuboid, wanted)
        if self._shown is not None and cuboid is not None and session.gesture is None:
            pose = drawn_from_labels(session) @ cuboid.frame_from_cuboid
            self._shown.position, self._shown.wxyz = pose.translation, pose.quaternion_wxyz

    def _replace(self, cuboid: Cuboid | None, of: tuple[str, int, tuple[float, float, float]] | None) -> None:
        if self._shown is not None:
            self._shown.remove()
        self._shown, self._of = None, of
        if cuboid is None:
            return
        # A name of their own: a page that is behind may still tell of handles of another box or frame.
        self._n_made += 1
        handles = self._scene.add_transform_controls(
            f"/handles/{self._n_made}",
            scale=_REACH * max(cuboid.size) / 2,
            active_axes=_AXES,
            depth_test=False,
        )
        self._shown = handles

        @handles.on_update
        async def _(event: viser.TransformControlsEvent) -> None:
            if event.phase == "update":  # pressing alone moves nothing
                pose = Transform.from_quaternion(np.array(handles.wxyz), np.array(handles.position))
                self._post(lambda session: self._hold(session, handles, pose))
            elif event.phase == "end":
                self._post(shaping.drop)

    def _hold(self, session: Session, handles: viser.TransformControlsHandle, pose: Transform) -> None:
        """Hold the box at a pose in the drawn frame, unless other handles are shown by now."""
        if handles is self._shown and self._of is not None:
            frame_from_cuboid = drawn_from_labels(session).inverse() @ pose
            shaping.hold(
                session, Cuboid(frame_from_cuboid=frame_from_cuboid, size=self._of[2], frame=session.labels.frame)
            )
