"""OpenLABEL documents of other programs: what they say is understood, what has no place is counted and said."""

import copy
import json

import numpy as np
import pytest

from sensorann.errors import ArgumentError, FormatError, TimeRangeError
from sensorann.formats.openlabel import labels as openlabel
from sensorann.geometry import Transform
from sensorann.scene import Motion, Source
from tests.builders import FRAME_NS, START_NS, MemoryDrive, make_labels, make_rig, make_track

EULER = [10.0, 2.0, 0.5, 0.0, 0.0, 0.3, 4.0, 2.0, 1.5]


def make_document(*, system="ego", val=EULER, timestamp=str(START_NS), systems=None, **sections):
    """One car with one cuboid in frame 0."""
    cuboid = {"name": "shape", "val": val, **({"coordinate_system": system} if system else {})}
    default = {"ego": {"type": "local_cs", "parent": ""}}
    document = {
        "metadata": {"schema_version": "1.0.0"},
        "coordinate_systems": default if systems is None else systems,
        "objects": {"17": {"name": "", "type": "car"}},
        "frames": {
            "0": {
                "frame_properties": {"timestamp": timestamp},
                "objects": {"17": {"object_data": {"cuboid": [cuboid]}}},
            }
        },
        **sections,
    }
    if timestamp is None:
        del document["frames"]["0"]["frame_properties"]
    return {"openlabel": document}


def read(tmp_path, document, drive=None):
    path = tmp_path / "labels.json"
    path.write_text(json.dumps(document))
    return openlabel.read(path, drive)


@pytest.mark.parametrize("system", ["ego", "world"])
def test_frames_of_the_drive_need_no_declaration_of_their_own(tmp_path, system):
    systems = {"car": {"type": "local_cs", "parent": ""}, "roof": {"type": "sensor_cs", "parent": "car"}}
    drive = MemoryDrive()
    labels = read(tmp_path, make_document(system=system, systems=systems), drive)
    assert labels.frame == "world"
    pose = drive.trajectory.at(START_NS) if system == "ego" else Transform.identity()
    np.testing.assert_allclose(labels.tracks[0].cuboids.centers[0], pose.apply(EULER[:3]), atol=1e-9)
    with pytest.raises(FormatError, match=f"one of the coordinate systems car, roof, found '{system}'"):
        read(tmp_path, make_document(system=system, systems=systems))
    if system == "world":
        with pytest.raises(FormatError, match="one of the coordinate systems car, roof, ego"):
            read(tmp_path, make_document(system=system, systems=systems), MemoryDrive(trajectory=None))


def test_euler_angles_turn_about_moving_axes(tmp_path):
    rx, ry, rz = 0.1, -0.2, 0.7
    labels = read(tmp_path, make_document(val=[1, 2, 3, rx, ry, rz, 4, 2, 1]))
    c, s = np.cos, np.sin
    about_z = np.array([[c(rz), -s(rz), 0], [s(rz), c(rz), 0], [0, 0, 1]])
    about_y = np.array([[c(ry), 0, s(ry)], [0, 1, 0], [-s(ry), 0, c(ry)]])
    about_x = np.array([[1, 0, 0], [0, c(rx), -s(rx)], [0, s(rx), c(rx)]])
    np.testing.assert_allclose(labels.tracks[0].cuboids.rotations[0], about_z @ about_y @ about_x, atol=1e-15)


def test_quaternions_are_x_y_z_w(tmp_path):
    val = [1, 2, 3, 0, 0, np.sin(0.35), np.cos(0.35), 4, 2, 1]
    labels = read(tmp_path, make_document(val=val))
    np.testing.assert_allclose(labels.tracks[0].cuboids.yaws, [0.7])
    np.testing.assert_array_equal(labels.tracks[0].cuboids.sizes, [[4, 2, 1]])


def test_ids_are_the_keys_and_sources_imported(tmp_path):
    (track,) = read(tmp_path, make_document(objects={"17": {"name": "my car", "type": "Car"}})).tracks
    assert track.id == "17"
    assert dict(track.attributes) == {"name": "my car"}
    assert track.sources.tolist() == [Source.IMPORTED]
    assert np.isnan(track.sigmas).all()


@pytest.mark.parametrize(
    ("timestamp", "expected"),
    [
        (START_NS, START_NS),
        (str(START_NS), START_NS),
        (1_608_294_055.25, 1_608_294_055_250_000_000),
        ("1608294055.250000001", 1_608_294_055_250_000_001),
        ("2020-04-11 12:00:07", 1_586_606_407_000_000_000),
        ("2020-04-11T12:00:07.123456789Z", 1_586_606_407_123_456_789),
        ("2020-04-11T14:00:07+02:00", 1_586_606_407_000_000_000),
        ("1969-12-31 23:59:59.5", -500_000_000),
    ],
)
def test_timestamps_of_every_kind_become_nanoseconds(tmp_path, timestamp, expected):
    labels = read(tmp_path, make_document(timestamp=timestamp))
    assert labels.tracks[0].timestamps_ns.tolist() == [expected]


def test_frames_without_timestamps_need_the_drive(tmp_path):
    document = make_document(timestamp=None)
    with pytest.raises(ArgumentError, match=r"frame 0 has no frame_properties\.timestamp; give the drive"):
        read(tmp_path, document)
    assert read(tmp_path, document, MemoryDrive()).tracks[0].timestamps_ns.tolist() == [START_NS]


def test_a_frame_beyond_the_drive_is_refused(tmp_path):
    document = make_document(timestamp=None)
    frames = document["openlabel"]["frames"]
    frames["20"] = frames.pop("0")
    with pytest.raises(FormatError, match=r"frames\.20.*one of the drive's 20 frames, found frame 20"):
        read(tmp_path, document, MemoryDrive())


def test_a_frame_that_repeats_a_timestamp_is_left_out_and_counted(tmp_path, caplog):
    document = make_document()
    frames = document["openlabel"]["frames"]
    frames["1"] = copy.deepcopy(frames["0"])
    assert read(tmp_path, document).n_boxes == 1
    assert "left out 1 frames that repeat the timestamp" in caplog.text


def sensor_systems(pose):
    return {
        "odom": {"type": "scene_cs", "parent": "", "children": ["car"]},
        "car": {"type": "local_cs", "parent": "odom", "children": ["lidar"]},
        "lidar": {"type": "sensor_cs", "parent": "car", **({"pose_wrt_parent": pose} if pose else {})},
    }


POSE = {"quaternion": [0, 0, 0, 1], "translation": [1.0, 0.0, 1.8]}


def test_boxes_of_a_sensor_come_into_the_ego_frame(tmp_path):
    labels = read(tmp_path, make_document(system="lidar", systems=sensor_systems(POSE)))
    assert labels.frame == "ego"
    np.testing.assert_allclose(labels.tracks[0].cuboids.centers, [[11.0, 2.0, 2.3]])


@pytest.mark.parametrize("direction", ["car to odom", "odom to car"])
def test_poses_of_the_file_carry_boxes_into_the_world(tmp_path, direction):
    document = make_document(system="lidar", systems=sensor_systems(POSE))
    world_from_car = Transform.from_yaw(np.pi / 2, [100.0, 50.0, 0.0])
    given = world_from_car if direction == "car to odom" else world_from_car.inverse()
    source, _, target = direction.split()
    edge = {"src": source, "dst": target, "transform_src_to_dst": {"matrix4x4": given.matrix.ravel().tolist()}}
    document["openlabel"]["frames"]["0"]["frame_properties"]["transforms"] = {"pose": edge}
    labels = read(tmp_path, document)
    assert labels.frame == "world"
    np.testing.assert_allclose(labels.tracks[0].cuboids.centers, [[98.0, 61.0, 2.3]])
    np.testing.assert_allclose(labels.tracks[0].cuboids.yaws, [0.3 + np.pi / 2])


def test_the_rig_and_the_trajectory_of_the_drive_carry_boxes_into_its_world(tmp_path):
    drive = MemoryDrive()
    labels = read(tmp_path, make_document(system="LIDAR_TOP"), drive)
    world_from_lidar = drive.trajectory.at(START_NS) @ drive.rig["LIDAR_TOP"].ego_from_sensor
    assert labels.frame == "world"
    np.testing.assert_allclose(labels.tracks[0].cuboids.centers, world_from_lidar.apply([EULER[:3]]))


def test_ego_labels_of_ours_come_into_the_world_of_a_drive_with_poses(tmp_path):
    drive, track = MemoryDrive(), make_track(frame="ego")
    openlabel.write(make_labels(track, frame="ego"), tmp_path / "labels.json", None)
    labels = openlabel.read(tmp_path / "labels.json", drive)
    world_from_ego = drive.trajectory.sample(track.timestamps_ns)
    assert labels.frame == "world"
    np.testing.assert_allclose(labels.tracks[0].cuboids.centers, world_from_ego.apply(track.cuboids.centers))


def test_a_box_outside_the_ego_trajectory_is_refused_at_its_place(tmp_path):
    with pytest.raises(TimeRangeError, match=r"frames\.0\..*cuboid\[0\]: 1 of 1 instants lie outside"):
        read(tmp_path, make_document(timestamp=START_NS - 1), MemoryDrive())


def test_boxes_stay_in_the_ego_frame_of_a_drive_without_poses(tmp_path):
    labels = read(tmp_path, make_document(), MemoryDrive(trajectory=None))
    assert labels.frame == "ego"
    np.testing.assert_array_equal(labels.tracks[0].cuboids.centers, [EULER[:3]])


def test_the_world_is_the_root_of_the_systems(tmp_path):
    systems = {
        "town": {"type": "scene_cs", "parent": "utm", "pose_wrt_parent": POSE},
        "utm": {"type": "geo_utm", "parent": ""},
    }
    labels = read(tmp_path, make_document(system="town", systems=systems))
    assert labels.frame == "world"
    np.testing.assert_allclose(labels.tracks[0].cuboids.centers, [[11.0, 2.0, 2.3]])


def test_a_system_that_leads_nowhere_is_refused(tmp_path):
    with pytest.raises(
        FormatError, match=r"cuboid\[0\]: expected a coordinate system that transforms .* found 'lidar'"
    ):
        read(tmp_path, make_document(system="lidar", systems=sensor_systems(None)))


def test_an_undeclared_system_is_refused(tmp_path):
    message = r"cuboid\[0\]\.coordinate_system: expected one of the coordinate systems ego, found 'roof'"
    with pytest.raises(FormatError, match=message):
        read(tmp_path, make_document(system="roof"))


def test_a_box_without_system_is_in_the_only_one_there_is(tmp_path):
    labels = read(tmp_path, make_document(system=None, systems={"map": {"type": "scene_cs", "parent": ""}}))
    assert labels.frame == "world"


def test_a_box_without_system_is_refused_where_there_are_several(tmp_path):
    with pytest.raises(FormatError, match="declares several"):
        read(tmp_path, make_document(system=None, systems=sensor_systems(POSE)))


def test_a_box_without_any_system_is_taken_to_be_in_the_ego_frame_and_said(tmp_path, caplog):
    assert read(tmp_path, make_document(system=None, systems={})).frame == "ego"
    assert "1 cuboids without a coordinate system were taken to be in the ego frame" in caplog.text


def test_a_box_in_camera_axes_keeps_its_corners_and_gets_z_up(tmp_path, caplog):
    val = [0.5, 1.0, 12.0, 0.0, 0.4, 0.0, 4.2, 1.5, 1.8]  # x forward, y down, z to the side
    drive = MemoryDrive(rig=make_rig(), trajectory=None)
    (track,) = read(tmp_path, make_document(system="CAM_FRONT", val=val), drive).tracks
    np.testing.assert_allclose(track.cuboids.sizes, [[4.2, 1.8, 1.5]])
    np.testing.assert_allclose(track.cuboids.rotations[0][:, 2], [0, 0, 1], atol=1e-12)
    np.testing.assert_allclose(track.cuboids.yaws, [-0.4 - np.pi / 2])
    assert "1 cuboids in camera axes had their axes renamed" in caplog.text


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
