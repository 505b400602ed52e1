"""Runs in the devkit's own environment: loads a data root with nuscenes-devkit and prints what it saw as JSON.

python nuscenes_devkit_judge.py ROOT VERSION [--render FOLDER] [--evaluate FOLDER]
"""

import argparse
import json
import sys
from pathlib import Path

import numpy as np
from nuscenes.eval.common.config import config_factory
from nuscenes.eval.detection.evaluate import DetectionEval
from nuscenes.eval.detection.utils import category_to_detection_name
from nuscenes.nuscenes import NuScenes
from nuscenes.utils.data_classes import LidarPointCloud, RadarPointCloud
from nuscenes.utils.geometry_utils import points_in_box
from PIL import Image


def seen_boxes(nusc: NuScenes) -> list[dict]:
    boxes = []
    for annotation in nusc.sample_annotation:
        box = nusc.get_box(annotation["token"])
        boxes.append(
            {
                "instance": annotation["instance_token"],
                "category": annotation["category_name"],
                "timestamp": nusc.get("sample", annotation["sample_token"])["timestamp"],
                "corners": box.corners().T.tolist(),
                "velocity": nusc.box_velocity(annotation["token"]).tolist(),
                "attributes": [nusc.get("attribute", token)["name"] for token in annotation["attribute_tokens"]],
                "num_lidar_pts": annotation["num_lidar_pts"],
            }
        )
    return boxes


def chain_lengths(nusc: NuScenes) -> list[int]:
    """Number of annotations found by walking each instance from its first to its last one."""
    lengths = []
    for instance in nusc.instance:
        token, n, last = instance["first_annotation_token"], 0, ""
        while token:
            n, last, token = n + 1, token, nusc.get("sample_annotation", token)["next"]
        assert last == instance["last_annotation_token"]
        assert n == instance["nbr_annotations"]
        lengths.append(n)
    return lengths


def seen_sensors(nusc: NuScenes) -> dict[str, dict]:
    """What loads from the key frames of each channel."""
    RadarPointCloud.disable_filters()
    sensors: dict[str, dict] = {}
    for sample in nusc.sample:
        for channel, token in sample["data"].items():
            seen = sensors.setdefault(
                channel, {"n_rows": 0, "n_loaded": 0, "n_boxes": 0, "sizes": [], "in_boxes": [], "sensor_boxes": []}
            )
            path, boxes, _ = nusc.get_sample_data(token)
            seen["n_rows"] += 1
            seen["n_boxes"] += len(boxes)
            if Path(path).exists():
                seen["n_loaded"] += 1
                modality = nusc.get("sample_data", token)["sensor_modality"]
                seen["sensor_boxes"] += [[box.token, box.corners().T.tolist()] for box in boxes]
                if modality == "camera":
                    seen["sizes"].append(picture_size(path))
                    continue
                cloud = (LidarPointCloud if modality == "lidar" else RadarPointCloud).from_file(path)
                seen["sizes"].append(list(cloud.points.shape))
                if modality == "lidar":
                    seen["in_boxes"] += [int(points_in_box(box, cloud.points[:3]).sum()) for box in boxes]
    return sensors


def picture_size(path: str) -> list[int]:
    with Image.open(path) as image:
        image.load()
        return list(image.size)


def render(nusc: NuScenes, folder: str) -> list[str]:
    """Draw the first sample of each channel that has a file."""
    rendered = []
    for channel, token in nusc.sample[0]["data"].items():
        if Path(nusc.get_sample_data_path(token)).exists():
            nusc.render_sample_data(token, out_path=str(Path(folder) / f"{channel}.png"), verbose=False)
            rendered.append(channel)
    return rendered


def evaluate(nusc: NuScenes, folder: str) -> dict[str, float]:
    """Average precision per class when the ground truth itself is handed in as detections."""
    results: dict[str, list[dict]] = {sample["token"]: [] for sample in nusc.sample}
    for annotation in nusc.sample_annotation:
        name = category_to_detection_name(annotation["category_name"])
        # The evaluation takes boxes without points out of the truth, so they would be false alarms.
        if name is not None and annotation["num_lidar_pts"] + annotation["num_radar_pts"] > 0:
            attributes = [nusc.get("attribute", token)["name"] for token in annotation["attribute_tokens"]]
            results[annotation["sample_token"]].append(
                {
                    "sample_token": annotation["sample_token"],
                    **{field: annotation[field] for field in ("translation", "size", "rotation")},
                    "velocity": np.nan_to_num(nusc.box_velocity(annotation["token"])[:2]).tolist(),
                    "detection_name": name,
                    "detection_score": 1.0,
                    "attribute_name": attributes[0] if attributes else "",
                }
            )
    path = Path(folder) / "results.json"
    modalities = dict.fromkeys(("use_camera", "use_lidar", "use_radar", "use_map", "use_external"), False)
    path.write_text(json.dumps({"meta": modalities, "results": results}))
    config = config_factory("detection_cvpr_2019")
    config.max_boxes_per_sample = max(config.max_boxes_per_sample, max(map(len, results.values())))
    judge = DetectionEval(nusc, config, str(path), eval_set="all", output_dir=folder, verbose=False)
    metrics, _ = judge.evaluate()
    return {
        name: float(np.mean(list(metrics._label_aps[name].values())))
        for name in {box.detection_name for box in judge.gt_boxes.all}
    }


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("root")
    parser.add_argument("version")
    parser.add_argument("--render")
    parser.add_argument("--evaluate")
    arguments = parser.parse_args()
    nusc = NuScenes(version=arguments.version, dataroot=arguments.root, verbose=False)
    report = {
        "rows": {name: len(getattr(nusc, name)) for name in nusc.table_names if hasattr(nusc, name)},
        "boxes": seen_boxes(nusc),
        "chains": chain_lengths(nusc),
        "sensors": seen_sensors(nusc),
        "map": list(nusc.map[0]["mask"].mask().shape),
        "scene": nusc.scene[0]["name"],
        "rendered": render(nusc, arguments.render) if arguments.render else [],
        "average_precision": evaluate(nusc, arguments.evaluate) if arguments.evaluate else {},
    }
    json.dump(report, sys.stdout)


if __name__ == "__main__":
    main()
