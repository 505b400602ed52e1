"""One click against the labels: our box and what others lay around the same points.

    python -m benchmarks.click_fit [--data FOLDER] [--seeds 5] [--write]

Every labelled object with at least 20 points above the ground is clicked at random points of it, in each of the data
sets of `click_cases`. The click is all that our fit is given: no size, no heading, no category, unless the row says so.

"same points" gives the points that our fit chose to cv2.minAreaRect, Open3D's oriented box and Zhang's L-shape;
"label's points" gives them, and our fit, those inside the label, which no click knows. Their boxes stand on the same
ground and reach as high as the points. Headings are compared modulo half a turn.

Objects are halved by their ids. What was chosen by looking at results was chosen on the tuning half; the judging half
is the one to believe. `--write` puts the tables into docs/click.md.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import open3d as o3d
from numpy.typing import NDArray

import sensorann as sa
from benchmarks.click_cases import Case, all_cases
from benchmarks.kitti_interpolation import DATA
from benchmarks.report import REPOSITORY, between_marks
from sensorann.errors import SensorannError
from sensorann.fitting import Proposal
from sensorann.fitting.proposing import confidence_features
from sensorann.fitting.readings import weigh_cluster
from sensorann.geometry import Cuboid, Cuboids, Transform, paired_iou_3d
from sensorann.scene import Motion
from tests import naive

PAGE = REPOSITORY / "docs" / "click.md"
CLEAR = 100


@dataclass(frozen=True, eq=False, kw_only=True)
class Click:
    """One click on one object, and the box that we lay; none where the click was refused."""

    case: Case
    point: NDArray[np.float64]
    proposal: Proposal | None


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """How one box compares with the label."""

    iou: float
    center: float
    yaw_deg: float


MISSED = Outcome(iou=0.0, center=np.inf, yaw_deg=90.0)


def click_all(cases: list[Case], seeds: int, *, with_category: bool = False) -> list[Click]:
    ontology, clicks = sa.default_ontology(), []
    for case in cases:
        for seed in range(seeds):
            point = case.click(np.random.default_rng(seed))
            category = case.category if with_category else None
            try:
                found = sa.cuboid_from_click(
                    case.scan.sweep, point, ontology, category, ego_from_sensor=case.scan.ego_from_sensor
                )
            except SensorannError:
                found = None
            clicks.append(Click(case=case, point=point, proposal=found))
    return clicks


def compare(box: Cuboid, truth: Cuboid) -> Outcome:
    one, other = (as_columns(each) for each in (box, truth))
    turned = abs(np.degrees(box.yaw - truth.yaw)) % 180
    return Outcome(
        iou=float(paired_iou_3d(one, other)[0]),
        center=float(np.linalg.norm((box.center - truth.center)[:2])),
        yaw_deg=min(turned, 180 - turned),
    )


def as_columns(box: Cuboid) -> Cuboids:
    rotation, center = box.frame_from_cuboid.rotation, box.center
    return Cuboids(centers=center[None], sizes=np.array([box.size]), rotations=rotation[None], frame=box.frame)


def upright(points: NDArray[np.float64], yaw: float, bottom: float) -> Cuboid:
    """Box around points at a heading, on the ground; the longer side is the length."""
    along = np.array([np.cos(yaw), np.sin(yaw)])
    local = points[:, :2] @ np.column_stack([along, [-along[1], along[0]]])
    low, high = local.min(axis=0), local.max(axis=0)
    length, width = np.maximum(high - low, 0.1)
    top = max(float(points[:, 2].max()), bottom + 0.1)
    center = (low + high) / 2 @ np.array([along, [-along[1], along[0]]])
    if width > length:
        yaw, length, width = yaw + np.pi / 2, width, length
    pose = Transform.from_yaw(yaw, [*center, (bottom + top) / 2])
    return Cuboid(frame_from_cuboid=pose, size=(float(length), float(width), top - bottom), frame="ego")


def opencv_yaw(points: NDArray[np.float64]) -> float:
    return float(np.radians(cv2.minAreaRect(np.ascontiguousarray(points[:, :2], np.float32))[2]))


def open3d_yaw(points: NDArray[np.float64]) -> float:
    if len(points) < 4:
        return 0.0  # its hull needs four points
    box = o3d.geometry.OrientedBoundingBox.create_from_points(o3d.utility.Vector3dVector(points), robust=True)
    axes = np.asarray(box.R) * np.asarray(box.extent)
    longest = axes[:2, np.argmax(np.hypot(*axes[:2]))]
    return float(np.arctan2(longest[1], longest[0]))


def l_shape(criterion: Callable[..., float]) -> Callable[[NDArray[np.float64]], float]:
    return lambda points: float(naive.l_shape_yaw(points[:, :2] - points[:, :2].mean(axis=0), criterion))


PEERS: dict[str, Callable[[NDArray[np.float64]], float]] = {
    "cv2.minAreaRect": opencv_yaw,
    "Open3D oriented box": open3d_yaw,
    "L-shape, area": l_shape(naive.l_shape_area),
    "L-shape, closeness": l_shape(naive.l_shape_closeness),
    "L-shape, variance": l_shape(naive.l_shape_variance),
}


def ours(click: Click) -> Outcome:
    return MISSED if click.proposal is None else compare(click.proposal.cuboid, click.case.truth)


def on_same_points(click: Click, heading: Callable[[NDArray[np.float64]], float]) -> Outcome:
    if click.proposal is None:
        return MISSED
    box = click.proposal.cuboid
    bottom = float(box.center[2] - box.size[2] / 2)
    points = click.case.scan.points[click.proposal.rows].astype(np.float64)
    points = points[points[:, 2] > bottom + min(0.25, box.size[2] / 4)]
    return compare(upright(points, heading(points), bottom), click.case.truth)


def on_label_points(case: Case, heading: Callable[[NDArray[np.float64]], float]) -> Outcome:
    points = case.scan.points[case.rows].astype(np.float64)
    bottom = float(case.truth.center[2] - case.truth.size[2] / 2)
    return compare(upright(points, heading(points), bottom), case.truth)


def ours_on_label_points(case: Case) -> Outcome:
    points = case.scan.points[case.rows].astype(np.float64)
    bottom = float(case.truth.center[2] - case.truth.size[2] / 2)
    categories = sa.default_ontology().categories
    weighed = weigh_cluster(points, categories, ground_height=bottom, sensor=case.scan.sensor, frame="ego")
    return compare(weighed.reading().cuboid, case.truth)


HEAD = "n | IoU | > 0.5 | > 0.7 | centre m | yaw deg, median / mean"


def row(outcomes: Iterable[Outcome]) -> str:
    found = list(outcomes)
    if not found:
        return "0 | | | | |"
    iou = np.array([each.iou for each in found])
    center, yaw = (np.array([getattr(each, name) for each in found]) for name in ("center", "yaw_deg"))
    return (
        f"{len(found)} | {iou.mean():.3f} | {np.mean(iou > 0.5):.3f} | {np.mean(iou > 0.7):.3f} | "
        f"{np.median(center):.3f} | {np.median(yaw):.2f} / {yaw.mean():.2f}"
    )


def table(first: str, rows: dict[str, Iterable[Outcome]]) -> str:
    lines = [f"| {first} | {HEAD} |", "|---" * 7 + "|"]
    return "\n".join(lines + [f"| {name} | {row(outcomes)} |" for name, outcomes in rows.items()])


def peers_table(clicks: list[Click], with_category: list[Click]) -> str:
    """Clear vehicles: ours, and others on the same and on the label's points."""
    cases = list({id(click.case): click.case for click in clicks}.values())
    rows = {
        "**sensorann**, click alone": [ours(click) for click in clicks],
        "**sensorann**, click and category": [ours(click) for click in with_category],
    }
    for name, heading in PEERS.items():
        rows[f"{name}, same points"] = [on_same_points(click, heading) for click in clicks]
    rows["sensorann, label's points"] = [ours_on_label_points(case) for case in cases]
    for name, heading in PEERS.items():
        rows[f"{name}, label's points"] = [on_label_points(case, heading) for case in cases]
    return table("vehicles, more than 100 points", rows)


def grouped_table(clicks: list[Click]) -> str:
    """Our box by data set, class, range and number of points."""
    groups: dict[str, Callable[[Case], bool]] = {}
    for data in dict.fromkeys(click.case.data for click in clicks):
        groups[data] = lambda case, data=data: case.data == data
    for motion in Motion:
        groups[motion.value.replace("_", "-")] = lambda case, motion=motion: case.motion == motion
    for low, high in ((0, 15), (15, 30), (30, 50), (50, 200)):
        groups[f"vehicles, {low} to {high} m"] = lambda case, low=low, high=high: (
            case.motion == Motion.VEHICLE and low <= case.distance < high
        )
    for low, high in ((20, 50), (50, 100), (100, 300), (300, 10**6)):
        upto = f"to {high}" if high < 10**6 else "and more"
        groups[f"vehicles, {low} {upto} points"] = lambda case, low=low, high=high: (
            case.motion == Motion.VEHICLE and low <= len(case.rows) < high
        )
    return table(
        "one click",
        {name: [ours(click) for click in clicks if belongs(click.case)] for name, belongs in groups.items()},
    )


def is_clear_vehicle(case: Case) -> bool:
    return case.motion == Motion.VEHICLE and len(case.rows) > CLEAR


def fit_confidence(clicks: list[Click]) -> NDArray[np.float64]:
    """Logistic regression of IoU > 0.5 on the features of the readings, with a little pull to zero."""
    kept = [click for click in clicks if click.proposal is not None]
    features = np.array([confidence_features(click.proposal) for click in kept])
    good = np.array([ours(click).iou > 0.5 for click in kept], np.float64)
    weights = np.zeros(features.shape[1])
    for _ in range(50):
        chance = 1.0 / (1.0 + np.exp(-features @ weights))
        slope = features.T @ (good - chance) - weights
        bend = (features.T * (chance * (1.0 - chance))) @ features + np.eye(len(weights))
        weights += np.linalg.solve(bend, slope)
    return weights


def confidence_table(clicks: list[Click]) -> str:
    """How often boxes of a confidence are good: IoU above 0.5."""
    kept = [click for click in clicks if click.proposal is not None]
    said = np.array([click.proposal.confidence for click in kept])
    return chances_table("confidence", said, "IoU > 0.5", np.array([ours(click).iou > 0.5 for click in kept]))


def category_table(clicks: list[Click]) -> str:
    """How often categories of a probability are right."""
    kept = [click for click in clicks if click.proposal is not None]
    said = np.array([click.proposal.category_probability for click in kept])
    right = np.array([click.proposal.category == click.case.category for click in kept])
    return chances_table("category, guessed", said, "right", right)


def chances_table(name: str, said: NDArray[np.float64], event: str, came: NDArray[np.bool_]) -> str:
    """What was said to be how likely, and how often it came so."""
    lines = [f"| {name} | n | said | {event} |", "|---|---|---|---|"]
    for low, high in ((0.0, 0.2), (0.2, 0.4), (0.4, 0.6), (0.6, 0.8), (0.8, 1.01)):
        chosen = (said >= low) & (said < high)
        if chosen.any():
            figures = f"{chosen.sum()} | {said[chosen].mean():.2f} | {came[chosen].mean():.2f}"
            lines.append(f"| {low:.1f} to {min(high, 1.0):.1f} | {figures} |")
    return "\n".join(lines)


def report(cases: list[Case], seeds: int) -> str:
    parts = []
    for name, half in (("Judging half", 1), ("Tuning half", 0)):
        chosen = [case for case in cases if case.half == half]
        clicks = click_all(chosen, seeds)
        clear = [click for click in clicks if is_clear_vehicle(click.case)]
        told = click_all([case for case in chosen if is_clear_vehicle(case)], seeds, with_category=True)
        parts += [
            f"### {name}",
            peers_table(clear, told),
            grouped_table(clicks),
            confidence_table(clicks),
            category_table(clicks),
        ]
    return "\n\n".join(parts)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=DATA)
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--write", action="store_true", help="put the tables into docs/click.md")
    parser.add_argument("--fit-confidence", action="store_true", help="print the weights of the confidence")
    options = parser.parse_args()
    cv2.setNumThreads(1)
    cases = all_cases(options.data)
    if options.fit_confidence:
        tuning = [case for case in cases if case.half == 0]
        clicks = [click for told in (False, True) for click in click_all(tuning, options.seeds, with_category=told)]
        print(np.round(fit_confidence(clicks), 2))
        return
    text = report(cases, options.seeds)
    print(text)
    if options.write:
        PAGE.write_text(between_marks(PAGE.read_text(), "click", text + "\n"))


if __name__ == "__main__":
    main()
