"""The points on the screen: those of the frame at once, merged sweeps when a worker has them."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sensorann.errors import SensorannError
from viewers.coloring import points_depend_on
from viewers.points import Cloud, cloud_at, merged_cloud
from viewers.rendering_queue import RenderingQueue
from viewers.session import Session


class Clouds:
    """What a window or a page shows of the sweeps.

    Attributes
    ----------
    here : points of this frame, which a click may mean
    """

    def __init__(self) -> None:
        self.here = Cloud.joined([])
        self._shown: tuple[object, ...] = ()
        self._merging: RenderingQueue[tuple[tuple[object, ...], Cloud]] = RenderingQueue("sensorann cloud")
        self._merged: tuple[tuple[object, ...], Cloud] = ((), self.here)

    def changed(self, session: Session) -> Cloud | None:
        """The points to draw now; None where those that are drawn are still right.

        A frame that cannot be read says why as long as it is looked at, and is tried anew each time.
        """
        wanted = points_depend_on(session)
        if wanted == self._shown:
            return None
        self.here, trouble = _read(session)
        self._shown = () if trouble else wanted
        session.message = session.message or trouble
        merged, (known, cloud) = _merged_from(session), self._merged
        if session.looks.n_sweeps > 1 and known != merged:
            i_frame, n_sweeps = session.i_frame, session.looks.n_sweeps
            self._merging.ask(lambda: (merged, merged_cloud(session, i_frame, n_sweeps)))
        return cloud if known == merged else self.here

    def collect(self, session: Session) -> Cloud | None:
        """Merged sweeps that are done, if they are still wanted.

        Raises
        ------
        SensorannError
            When the frame in the middle cannot be read.
        """
        merged = self._merging.collect()
        if merged is None or merged[0] != _merged_from(session):
            return None
        self._merged = merged
        return merged[1]

    def in_labels(self, session: Session) -> NDArray[np.float64]:
        """Points of this frame (N, 3) in the frame of the labels."""
        if not len(self.here.points):  # nobody may know where the vehicle is either
            return np.zeros((0, 3))
        return session.frame_from_ego(session.timestamp_ns).apply(self.here.points)

    def close(self) -> None:
        """Merge no more."""
        self._merging.close()


def _read(session: Session) -> tuple[Cloud, str]:
    """The points of this frame, and why there are none where there are none."""
    try:
        cloud = cloud_at(session, session.timestamp_ns)
    except SensorannError as error:
        return Cloud.joined([]), str(error)
    empty = not len(cloud.points) and session.drive.rig.of_kind("lidar")
    return cloud, "the sweep of this frame holds no points" if empty else ""


def _merged_from(session: Session) -> tuple[object, ...]:
    """What a merged cloud depends on."""
    return session.i_frame, session.looks.n_sweeps, session.labels
