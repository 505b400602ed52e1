"""Runs in the devkit's own environment: average precision and errors of cars, by nuscenes-devkit's own functions.

Reads cases as JSON from stdin: [{"truth": [box, ...], "other": [box, ...], "frames": n}, ...], a box being {"frame",
"center", "size" (length, width, height), "yaw", "score"}; prints a list of figures as JSON.
"""

import json
import sys

from nuscenes.eval.common.data_classes import EvalBoxes
from nuscenes.eval.common.utils import center_distance
from nuscenes.eval.detection.algo import accumulate, calc_ap, calc_tp
from nuscenes.eval.detection.data_classes import DetectionBox
from pyquaternion import Quaternion

CLASS = "car"


def boxes_of(rows: list[dict], n_frames: int) -> EvalBoxes:
    boxes = EvalBoxes()
    for frame in range(n_frames):
        boxes.add_boxes(str(frame), [box_of(row) for row in rows if row["frame"] == frame])
    return boxes


def box_of(row: dict) -> DetectionBox:
    length, width, height = row["size"]
    return DetectionBox(
        sample_token=str(row["frame"]),
        translation=tuple(row["center"]),
        size=(width, length, height),
        rotation=tuple(Quaternion(axis=[0, 0, 1], angle=row["yaw"]).elements),
        velocity=(0.0, 0.0),
        detection_name=CLASS,
        detection_score=row["score"],
        attribute_name="vehicle.moving",
    )


def judged(case: dict) -> dict:
    truth, other = (boxes_of(case[side], case["frames"]) for side in ("truth", "other"))
    by_distance = {limit: accumulate(truth, other, CLASS, center_distance, limit) for limit in (0.5, 1.0, 2.0, 4.0)}
    errors = {name: calc_tp(by_distance[2.0], 0.1, name) for name in ("trans_err", "scale_err", "orient_err")}
    return {"by_distance": [calc_ap(data, 0.1, 0.1) for data in by_distance.values()], **errors}


json.dump([judged(case) for case in json.load(sys.stdin)], sys.stdout)
