"""Draw boxes with and without points in the middle of a gap between keyframes three seconds apart, from above.

    python -m benchmarks.points_pictures           write docs/points.jpg

The drive is simulated, so that the truth is known and the picture may be shown: the same as in points_simulated.py with
16 beams. The three objects are those whose curve is furthest from the truth.
"""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

import sensorann as sa
from benchmarks.points_in_loop import FORMS
from benchmarks.points_simulated import Case, hide, read_case
from sensorann.geometry import Cuboids, Transform
from sensorann.images.birdseye import BirdseyeView
from sensorann.images.lines import draw_polyline
from sensorann.scene import Track
from sensorann.tracks.clouds import points_at

OUT = Path(__file__).parents[1] / "docs" / "points.jpg"
GAP, FEWEST_POINTS, N_PANELS = 30, 60, 3
RADIUS, SIDE = 5.0, 420
WHITE, ORANGE, GREEN, GREY = (255, 255, 255), (60, 150, 255), (90, 220, 110), (150, 140, 130)
LINES = {"curve": ORANGE, "points in the loop": GREEN}


def main() -> None:
    case = read_case(seed=0, n_beams=16)
    keyframes, hidden = hide(case, GAP)
    results = {name: sa.interpolate(keyframes, case.drive, **FORMS[name]) for name in LINES}
    worst = []
    for name, truth in hidden.items():
        curve = results["curve"].track(name)
        curve = curve[np.isin(curve.timestamps_ns, truth.timestamps_ns)]
        seen = case.n_points[name][np.isin(case.truth.track(name).timestamps_ns, truth.timestamps_ns)]
        misses = np.hypot(*(curve.cuboids.centers - truth.cuboids.centers)[:, :2].T) * (seen >= FEWEST_POINTS)
        worst.append((misses.max(), name, int(truth.timestamps_ns[misses.argmax()])))
    panels = []
    for _, name, instant in sorted(worst)[: -N_PANELS - 1 : -1]:
        boxes = {form: box_at(result.track(name), instant) for form, result in results.items()}
        panels.append(panel(case, name, instant, boxes))
    cv2.imwrite(str(OUT), np.hstack(panels), [cv2.IMWRITE_JPEG_QUALITY, 90])
    print(f"wrote {OUT.name}")


def box_at(track: Track, instant: int) -> Cuboids:
    return track[track.timestamps_ns == instant].cuboids


def panel(case: Case, name: str, instant: int, boxes: dict[str, Cuboids]) -> NDArray[np.uint8]:
    """One object at one instant: its points, the truth dashed, and the box of each form with its miss."""
    truth = box_at(case.truth.track(name), instant)
    middle = (truth.centers[0] + boxes["curve"].centers[0]) / 2
    view = BirdseyeView(frame_from_ego=Transform.from_yaw(truth.yaws[0], middle), radius=RADIUS, side=SIDE)
    image = np.full((SIDE, SIDE, 3), 24, np.uint8)
    points = points_at(case.drive, instant)
    lowest = truth.centers[0, 2] - truth.sizes[0, 2] / 2 + 0.25
    for u, v in view.pixels(points[points[:, 2] > lowest]).astype(int):
        if 0 <= u < SIDE and 0 <= v < SIDE:
            cv2.circle(image, (int(u), int(v)), 2, GREY, -1, cv2.LINE_AA)
    draw_outline(image, view, truth, WHITE, dashed=True)
    category = case.truth.track(name).category
    put(image, f"{category}, {GAP / 10:g} s between keyframes", 24, WHITE)
    put(image, "dashed: truth", 46, WHITE)
    for row, (form, color) in enumerate(LINES.items()):
        draw_outline(image, view, boxes[form], color)
        miss = np.hypot(*(boxes[form].centers - truth.centers)[0, :2])
        put(image, f"{form}: {miss:.2f} m off", 68 + 22 * row, color)
    scale = int(view.pixels_per_metre)
    cv2.line(image, (SIDE - 20 - scale, SIDE - 20), (SIDE - 20, SIDE - 20), WHITE, 2)
    cv2.putText(image, "1 m", (SIDE - 16 - scale, SIDE - 28), cv2.FONT_HERSHEY_SIMPLEX, 0.45, WHITE, 1, cv2.LINE_AA)
    image[:, -2:] = 70
    return image


def draw_outline(image, view, box: Cuboids, color, *, dashed: bool = False) -> None:
    """The footprint, its front edge thick."""
    outline = view.pixels(box.corners()[0, [0, 1, 5, 4, 0]])
    draw_polyline(image, outline, color, thickness=1 if dashed else 2, dashed=dashed)
    draw_polyline(image, outline[:2], color, thickness=3)


def put(image, text: str, height: int, color) -> None:
    cv2.putText(image, text, (12, height), cv2.FONT_HERSHEY_SIMPLEX, 0.5, color, 1, cv2.LINE_AA)


if __name__ == "__main__":
    main()
