"""What OpenLABEL documents of other programs say besides boxes, and what has no place here."""

import copy
import json

import numpy as np
import pytest

from sensorann.formats.openlabel import labels as openlabel
from sensorann.scene import Motion, Source
from tests.builders import FRAME_NS, START_NS, MemoryDrive, make_labels, make_rig, make_track
from tests.formats.openlabel_documents import EULER, make_document, read


def test_ids_are_the_keys_and_sources_imported(tmp_path):
    (track,) = read(tmp_path, make_document(objects={"17": {"name": "my car", "type": "Car"}})).tracks
    assert track.id == "17"
    assert dict(track.attributes) == {"name": "my car"}
    assert track.sources.tolist() == [Source.IMPORTED]
    assert np.isnan(track.sigmas).all()


def test_unknown_categories_extend_the_ontology_and_are_said(tmp_path, caplog):
    objects = {"17": {"name": "", "type": "Bicycle"}, "18": {"name": "", "type": "hovercraft"}}
    ontology = read(tmp_path, make_document(objects=objects)).ontology
    assert ontology["Bicycle"].motion == Motion.TWO_WHEELER
    assert "did not know 'Bicycle' (two_wheeler), 'hovercraft' (vehicle)" in caplog.text


def object_data(document):
    return document["openlabel"]["frames"]["0"]["objects"]["17"]["object_data"]


def test_values_of_a_frame_belong_to_its_box(tmp_path):
    document = make_document()
    object_data(document)["num"] = [{"name": "occluded", "val": 2}, {"name": "score", "val": 0.5}]
    object_data(document)["cuboid"][0]["attributes"] = {"num": [{"name": "score", "val": 0.9}]}
    (track,) = read(tmp_path, document).tracks
    assert dict(track.box_attributes) == {"occluded": (2,), "score": (0.9,)}


@pytest.mark.parametrize(
    ("kind", "item", "message"),
    [
        (
            "poly2d",
            {"name": "p", "val": [1, 2], "mode": "MODE_POLY2D_ABSOLUTE", "closed": True},
            "shapes of the kind poly2d",
        ),
        ("vec", {"name": "v", "val": [1, 2]}, "vectors"),
        ("cuboid", {"name": "visible", "val": EULER}, "further cuboids"),
        ("num", {"name": "n", "val": 1, "attributes": {}}, "extra members of values"),
    ],
    ids=["polygon", "vector", "second cuboid", "extras of a value"],
)
def test_what_has_no_place_is_counted_and_said(tmp_path, caplog, kind, item, message):
    document = make_document()
    object_data(document).setdefault(kind, []).append(item)
    assert read(tmp_path, document).n_boxes == 1
    assert f"left out 1 {message}" in caplog.text


@pytest.mark.parametrize(
    ("val", "message"),
    [(None, "cuboids whose val is null"), ([0] * 6 + [-1000.0] * 3, "cuboids of size -1000")],
    ids=["null", "KITTI's DontCare"],
)
def test_cuboids_that_are_none_are_counted_and_said(tmp_path, caplog, val, message):
    assert read(tmp_path, make_document(val=val)).n_boxes == 0
    assert f"left out 1 {message}" in caplog.text


def test_extra_members_mean_nothing_in_foreign_documents(tmp_path, caplog):
    document = make_document()
    object_data(document)["cuboid"][0] |= {"source": "human", "sigma": 3}
    (track,) = read(tmp_path, document).tracks
    assert track.sources.tolist() == [Source.IMPORTED]
    assert "left out 1 cuboids' further members" in caplog.text


def test_2d_boxes_are_centre_and_size(tmp_path):
    streams = {"cam": {"type": "camera"}}
    systems = {"ego": {"type": "local_cs", "parent": ""}, "cam": {"type": "sensor_cs", "parent": "ego"}}
    document = make_document(streams=streams, systems=systems)
    object_data(document)["bbox"] = [{"name": "amodal", "val": [100, 50, 20, 10]}]
    (track,) = read(tmp_path, document).image_tracks
    assert (track.id, track.camera) == ("17", "cam")
    assert track.boxes.tolist() == [[90, 45, 110, 55]]


def test_2d_boxes_that_name_no_camera_are_said(tmp_path, caplog):
    document = make_document(systems={})
    object_data(document)["bbox"] = [{"name": "shape", "val": [100, 50, 20, 10]}]
    assert read(tmp_path, document).image_tracks[0].camera == "camera"
    assert "put into one called 'camera'" in caplog.text


def test_geometry_outside_of_frames_stands_in_every_frame_of_its_object(tmp_path):
    document = make_document()["openlabel"]
    data = document["frames"]["0"].pop("objects")["17"]["object_data"]
    document["objects"]["17"] |= {"object_data": data, "frame_intervals": [{"frame_start": 1, "frame_end": 2}]}
    for number in (1, 2, 3):
        stated = {"frame_properties": {"timestamp": START_NS + number * FRAME_NS}}
        document["frames"][str(number)] = stated
    (track,) = read(tmp_path, {"openlabel": document}).tracks
    np.testing.assert_array_equal(track.timestamps_ns, START_NS + FRAME_NS * np.array([1, 2]))


def test_static_and_moving_geometry_of_an_object_come_in_time_order(tmp_path):
    document = make_document()["openlabel"]
    data = copy.deepcopy(document["frames"]["0"]["objects"]["17"]["object_data"])
    document["objects"]["17"] |= {"object_data": data, "frame_intervals": [{"frame_start": 1, "frame_end": 1}]}
    document["frames"]["1"] = {"frame_properties": {"timestamp": START_NS + 1}}
    (track,) = read(tmp_path, {"openlabel": document}).tracks
    assert track.timestamps_ns.tolist() == [START_NS, START_NS + 1]


def test_geometry_without_any_frame_is_counted(tmp_path, caplog):
    document = make_document()["openlabel"]
    data = document.pop("frames")["0"]["objects"]["17"]["object_data"]
    document["objects"]["17"]["object_data"] = data
    assert read(tmp_path, {"openlabel": document}).n_boxes == 0
    assert "left out 1 boxes without a frame" in caplog.text
    still = MemoryDrive(times={"LIDAR_TOP": np.array([START_NS])})
    assert read(tmp_path, {"openlabel": document}, still).n_boxes == 1


def test_actions_become_events_one_for_each_interval(tmp_path):
    document = make_document()["openlabel"]
    for number in range(1, 5):
        document["frames"][str(number)] = {"frame_properties": {"timestamp": START_NS + number}}
    spans = [{"frame_start": 0, "frame_end": 1}, {"frame_start": 3, "frame_end": 4}]
    data = {"text": [{"name": "side", "val": "left"}]}
    action = {"name": "", "type": "lane_change", "frame_intervals": spans, "action_data": data}
    document["actions"] = {"5": action, "6": {"name": "", "type": "drive"}}
    events = read(tmp_path, {"openlabel": document}).events
    assert [(event.id, event.start_ns - START_NS, event.end_ns - START_NS) for event in events] == [
        ("5", 0, 1),
        ("5.1", 3, 4),
        ("6", 0, 4),
    ]
    assert dict(events[0].attributes) == {"side": "left"}


def test_relations_are_between_objects(tmp_path, caplog):
    def agent(uid, kind="object"):
        return {"type": kind, "uid": uid}

    relations = {
        "0": {"name": "", "type": "tows", "rdf_subjects": [agent("17")], "rdf_objects": [agent("18"), agent("17")]},
        "1": {"name": "", "type": "does", "rdf_subjects": [agent("17")], "rdf_objects": [agent("5", "action")]},
    }
    document = make_document(
        objects={"17": {"name": "", "type": "car"}, "18": {"name": "", "type": "car"}},
        actions={"5": {"name": "", "type": "drive"}},
        relations=relations,
    )
    found = read(tmp_path, document).relations
    assert [(one.id, one.subject_id, one.object_id) for one in found] == [("0", "17", "18"), ("0.1", "17", "17")]
    assert "left out 1 relations with something that is no object" in caplog.text


def test_contexts_of_all_frames_and_tags_speak_of_the_drive(tmp_path):
    document = make_document()["openlabel"]
    document["frames"]["1"] = {"frame_properties": {"timestamp": START_NS + 1}}
    document["contexts"] = {
        "0": {"name": "", "type": "rain", "frame_intervals": [{"frame_start": 0, "frame_end": 1}]},
        "1": {"name": "heavy", "type": "fog", "frame_intervals": [{"frame_start": 1, "frame_end": 1}]},
    }
    document["tags"] = {
        "0": {"type": "lanes", "ontology_uid": "0", "tag_data": {"num": [{"val": 3}]}},
        "1": {"type": "road", "ontology_uid": "0", "tag_data": {"text": [{"name": "surface", "val": "wet"}]}},
    }
    tags = read(tmp_path, {"openlabel": document}).tags
    assert [(tag.name, tag.value, tag.timestamp_ns) for tag in tags] == [
        ("lanes", 3, None),
        ("road.surface", "wet", None),
        ("rain", True, None),
        ("fog", "heavy", START_NS + 1),
    ]


def test_an_object_that_another_program_added_to_ours_is_read(tmp_path):
    path = tmp_path / "labels.json"
    openlabel.write(make_labels(make_track(id="first", n=1)), path, None)
    document = json.loads(path.read_text())
    document["openlabel"]["objects"]["5"] = {"name": "added", "type": "car"}
    labels = read(tmp_path, document)
    assert [track.id for track in labels.tracks] == ["first", "5"]


@pytest.mark.real_data
@pytest.mark.parametrize(
    ("name", "tracks", "boxes", "message"),
    [
        ("openlabel100_test_cuboids.json", 2, 0, "left out 2 boxes without a frame"),
        ("openlabel100_test_actions_a.json", 2, 0, ""),
        ("openlabel100_test_polygon2D.json", 1, 0, "left out 2 shapes of the kind poly2d"),
        ("openlabel100_test_create_image_png.json", 1, 0, "left out 1 shapes of the kind image"),
        ("openlabel100_test_relations_1.json", 2, 0, "relations' frame intervals"),
        ("uai/openlabel100_example_cuboids.json", 8, 460, "left out 5 frames that repeat"),
    ],
)
def test_documents_of_others_are_read(real_data, caplog, name, tracks, boxes, message):
    path = real_data / "formats/openlabel" / name
    assert openlabel.recognises(path)
    labels = openlabel.read(path, None)
    assert (len(labels.tracks), labels.n_boxes) == (tracks, boxes)
    assert message in caplog.text


@pytest.mark.real_data
def test_the_published_kitti_drive_agrees_with_kittis_own_labels(real_data, caplog):
    drive = MemoryDrive(rig=make_rig(), trajectory=None, times={"LIDAR_TOP": FRAME_NS * np.arange(78)})
    labels = openlabel.read(real_data / "formats/openlabel/openlabel100_kitti_tracking_0012.json", drive)
    assert "left out 78 cuboids of size -1000" in caplog.text
    rows = [line.split() for line in (real_data / "kitti_tracking/training/label_02/0012.txt").read_text().splitlines()]
    rows = [row for row in rows if row[1] != "-1"]
    boxes = {
        (track.id, int(time) // FRAME_NS): (size, float(yaw))
        for track in labels.tracks
        for time, size, yaw in zip(track.timestamps_ns, track.cuboids.sizes, track.cuboids.yaws, strict=True)
    }
    assert len(rows) == 249
    for row in rows:
        size, yaw = boxes[row[1], int(row[0])]
        height, width, length = (float(text) for text in row[10:13])
        # The publisher kept two digits, and turned the camera into the vehicle by a measured rotation of 0.6 degrees.
        np.testing.assert_allclose(size, [length, width, height], atol=0.02)
        difference = (yaw + float(row[16]) + np.pi / 2 + np.pi) % (2 * np.pi) - np.pi
        assert abs(difference) < 0.05
