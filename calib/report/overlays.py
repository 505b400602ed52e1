"""Points of the other sensor drawn on pictures: where they fell before, and where they fall now."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from calib.edges.camera_edges import CameraTurn
from calib.estimation.estimate import Estimate
from calib.estimation.tangent import rotation_from_vector
from calib.targets.detections import Floats
from sensorann.geometry import Camera, Transform
from sensorann.images.lines import Captions

_BEFORE, _AFTER = (70, 70, 235), (150, 205, 120)
_WIDTH = 1100


@dataclass(frozen=True, eq=False, slots=True)
class Overlay:
    """A picture and points of the same instant.

    Attributes
    ----------
    name : of the capture
    image : (height, width, 3) uint8, BGR
    points : (N, 3), metres, in the frame of the other sensor
    """

    name: str
    image: NDArray[np.uint8]
    points: Floats


def draw_outlines(
    found: CameraTurn, images: Mapping[int, NDArray[np.uint8]], camera: Camera
) -> dict[str, NDArray[np.uint8]]:
    """Draw outlines red where the rig puts them and green where the camera as it was turned sees them.

    Parameters
    ----------
    found : a camera refined by edges
    images : some of its pictures, by their numbers in the drive
    camera : the lens

    Returns
    -------
    name to picture (height, 1100, 3) uint8, BGR
    """
    after = Transform(rotation_from_vector(-found.turn), np.zeros(3))
    return {
        f"picture {view.number}": _drawn(
            Overlay(f"picture {view.number}", images[view.number], view.points),
            camera,
            before=Transform.identity(),
            after=after,
        )
        for view in found.views
        if view.number in images
    }


def draw_overlays(found: Estimate, overlays: Sequence[Overlay], camera: Camera) -> dict[str, NDArray[np.uint8]]:
    """Draw points red where the prior puts them, if there is one, and green where the estimate puts them.

    Parameters
    ----------
    found : where the camera sits in the frame of the sensor that measured the points
    overlays : what to draw
    camera : the lens of the pictures

    Returns
    -------
    name to picture (height, 1100, 3) uint8, BGR
    """
    prior = found.problem.prior
    before = None if prior is None else prior.target_from_source.inverse()
    after = found.target_from_source.inverse()
    return draw_between(overlays, camera, before=before, after=after)


def draw_between(
    overlays: Sequence[Overlay], camera: Camera, *, before: Transform | None, after: Transform
) -> dict[str, NDArray[np.uint8]]:
    """Draw points on pictures by one or two poses camera_from_points: red by the one before, green by the one after."""
    return {overlay.name: _drawn(overlay, camera, before=before, after=after) for overlay in overlays}


def _drawn(overlay: Overlay, camera: Camera, *, before: Transform | None, after: Transform) -> NDArray[np.uint8]:
    scale = _WIDTH / overlay.image.shape[1]
    small = cv2.resize(overlay.image, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    image = np.ascontiguousarray(small, np.uint8)
    words = []
    for pose, color, word in ((before, _BEFORE, "before"), (after, _AFTER, "now")):
        if pose is not None:
            _draw(image, camera.project(overlay.points, camera_from_points=pose) * scale, color)
            words.append((word, color))
    captions = Captions(image)
    captions.put(overlay.name, (10, 22), (255, 255, 255))
    for i, (word, color) in enumerate(words):
        captions.put(word, (10, 44 + 22 * i), color)
    return image


def _draw(image: NDArray[np.uint8], pixels: Floats, color: tuple[int, int, int]) -> None:
    height, width = image.shape[:2]
    inside = (pixels >= 0).all(axis=1) & (pixels < [width, height]).all(axis=1)
    for u, v in pixels[inside].astype(int).tolist():
        cv2.circle(image, (u, v), 2, color, -1, cv2.LINE_AA)
