import json

import numpy as np
import pytest

from sensorann.errors import FormatError
from sensorann.formats import read_image_boxes
from tests.builders import START_NS, MemoryDrive, make_rig, make_trajectory

TIMES = START_NS + np.arange(4) * 500_000_000


def make_drive(*cameras):
    rig = make_rig(cameras=cameras, lidars=())
    return MemoryDrive(rig=rig, trajectory=make_trajectory(), times=dict.fromkeys(cameras, TIMES), sweeps={})


def annotation(image_id=7, bbox=(1, 2, 3, 4)):
    return {"image_id": image_id, "category_id": 1, "bbox": list(bbox)}


def write(tmp_path, **changes):
    document = {
        "images": [{"id": 7, "file_name": "CAM_FRONT/000002.jpg"}],
        "categories": [{"id": 1, "name": "person"}, {"id": 2, "name": "kite"}],
        "annotations": [{"image_id": 7, "category_id": 1, "bbox": [10, 20.5, 30, 40], "score": 0.9}],
    }
    path = tmp_path / "boxes.json"
    path.write_text(json.dumps(document | changes))
    return path


@pytest.mark.parametrize(
    ("file_name", "row"),
    [
        ("CAM_FRONT/000002.jpg", 2),
        ("samples/CAM_FRONT/n015__CAM_FRONT__{us}.jpg", 1),
        ("CAM_FRONT/{ns}.png", 1),
        ("CAM_FRONT.{ms}.png", 1),
    ],
    ids=["index", "microseconds", "nanoseconds", "milliseconds"],
)
def test_pictures_are_found_by_camera_and_number(tmp_path, file_name, row):
    at = int(TIMES[1])
    name = file_name.format(ns=at, us=at // 1_000, ms=at // 1_000_000)
    path = write(tmp_path, images=[{"id": 7, "file_name": name}])
    [track] = read_image_boxes(path, drive=make_drive("CAM_FRONT", "CAM_BACK"))
    assert (track.camera, track.category, track.timestamps_ns.tolist()) == (
        "CAM_FRONT",
        "pedestrian",
        [int(TIMES[row])],
    )
    np.testing.assert_array_equal(track.boxes, [[10, 20.5, 40, 60.5]])


def test_the_only_camera_needs_no_name(tmp_path):
    path = write(tmp_path, images=[{"id": 7, "file_name": "000003.png"}])
    [track] = read_image_boxes(path, drive=make_drive("image_02"))
    assert track.timestamps_ns.tolist() == [int(TIMES[3])]


def test_other_pictures_and_categories_are_left_out_with_a_warning(tmp_path, caplog):
    path = write(
        tmp_path,
        images=[{"id": 7, "file_name": "CAM_FRONT/000002.jpg"}, {"id": 8, "file_name": "CAM_SIDE/000001.jpg"}],
        annotations=[
            {"image_id": 8, "category_id": 1, "bbox": [0, 0, 1, 1]},
            {"image_id": 7, "category_id": 2, "bbox": [0, 0, 1, 1]},
        ],
    )
    assert read_image_boxes(path, drive=make_drive("CAM_FRONT", "CAM_BACK")) == ()
    assert "1 boxes are left out, of pictures that the drive does not have, such as CAM_SIDE/000001.jpg" in caplog.text
    assert "1 boxes are left out, of categories that the ontology does not have, such as kite" in caplog.text


def test_what_a_detector_hardly_believes_is_left_out(tmp_path):
    scored = [annotation(bbox=(left, 2, 3, 4)) | {"score": score} for left, score in ((1, 0.4), (2, 0.5), (3, 1))]
    tracks = read_image_boxes(write(tmp_path, annotations=scored), drive=make_drive("CAM_FRONT"))
    assert [track.boxes[0, 0] for track in tracks] == [2, 3]


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        (
            "r.json",
            [{"image_id": 7, "category_id": 1, "bbox": [1, 2, 3, 4], "score": 0.9}],
            "does not name its pictures",
        ),
        ("o.json", {"boxes": []}, "expected 2D boxes: COCO's JSON, OpenLABEL, or KITTI's labels, found another file"),
        ("folder", None, "found a folder"),
    ],
    ids=["bare results", "other JSON", "folder"],
)
def test_what_holds_no_boxes_of_pictures_is_told(tmp_path, name, content, message):
    path = tmp_path / name
    if content is None:
        path.mkdir()
    else:
        path.write_text(json.dumps(content))
    with pytest.raises(FormatError, match=message):
        read_image_boxes(path, drive=make_drive("CAM_FRONT"))


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        (
            {"annotations": [{"image_id": 7, "category_id": 1, "bbox": [1, 2, 3]}]},
            r"annotations\[0\], bbox: expected four",
        ),
        (
            {"annotations": [{"image_id": 9, "category_id": 1, "bbox": [1, 2, 3, 4]}]},
            "image_id: expected an id of the file",
        ),
        ({"annotations": [annotation(bbox=(1, 2, -3, 4))]}, "width and height, >= 0"),
        (
            {"annotations": [annotation() | {"score": "high"}]},
            r"annotations\[0\], score: expected a number from 0 to 1",
        ),
        ({"annotations": [annotation(image_id=[])]}, "image_id: expected a number"),
        ({"images": [{"id": 7}]}, r"images\[0\]: expected a field file_name"),
        ({"categories": {}}, "categories: expected a list"),
    ],
    ids=["three numbers", "unknown picture", "negative", "no score", "no id", "picture without a name", "no list"],
)
def test_damage_is_told_with_its_place(tmp_path, changes, message):
    with pytest.raises(FormatError, match=message):
        read_image_boxes(write(tmp_path, **changes), drive=make_drive("CAM_FRONT"))
