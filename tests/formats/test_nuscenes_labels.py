import numpy as np
import pytest

from sensorann.errors import ArgumentError, FormatError, MissingDataError
from sensorann.formats import read_labels
from sensorann.formats.nuscenes import drive as nuscenes
from sensorann.formats.nuscenes import labels as nuscenes_labels
from sensorann.geometry.points import points_in_cuboids
from sensorann.scene import Source
from tests.builders import MemoryDrive
from tests.formats.nuscenes_files import START_US, STEP_US, make_root

CAR = "scene-0061-car"
ADULT = "scene-0061-adult"


@pytest.fixture
def root(tmp_path):
    return make_root().write(tmp_path)


@pytest.fixture
def labels(root):
    return nuscenes_labels.read(root, None)


def test_annotations_of_an_instance_become_one_track(labels):
    assert [track.id for track in labels.tracks] == [CAR, ADULT]
    assert [track.category for track in labels.tracks] == ["vehicle.car", "human.pedestrian.adult"]
    assert [len(track) for track in labels.tracks] == [3, 2]
    assert labels.frame == "world"


def test_boxes_lie_at_the_instants_of_their_samples(labels):
    expected = (START_US + np.arange(3) * STEP_US) * 1000
    np.testing.assert_array_equal(labels.track(CAR).timestamps_ns, expected)
    np.testing.assert_array_equal(labels.track(ADULT).timestamps_ns, expected[1:])


def test_width_length_height_become_length_width_height(labels):
    np.testing.assert_array_equal(labels.track(CAR).cuboids.sizes[0], [4.2, 1.8, 1.5])


def test_boxes_keep_their_pose_in_the_world(labels):
    cuboids = labels.track(CAR).cuboids
    np.testing.assert_array_equal(cuboids.centers[2], [600_014.0, 4_000_002.0, 0.75])
    np.testing.assert_allclose(cuboids.yaws, [0.2, 0.3, 0.4], atol=1e-12)


def test_boxes_are_imported_and_nobody_said_how_sure_they_are(labels):
    track = labels.track(CAR)
    assert set(track.sources) == {Source.IMPORTED}
    assert np.isnan(track.sigmas).all()


def test_attributes_visibility_and_counts_stay_with_each_box(labels):
    assert dict(labels.track(CAR).box_attributes) == {
        "vehicle.parked": (True, False, False),
        "vehicle.moving": (False, True, True),
        "visibility": ("v80-100",) * 3,
        "num_lidar_pts": (7, 8, 9),
        "num_radar_pts": (0, 1, 2),
    }


def test_an_empty_visibility_is_none(tmp_path):
    root = make_root()
    root.row("sample_annotation")["visibility_token"] = ""
    labels = nuscenes_labels.read(root.write(tmp_path), None)
    assert labels.track(CAR).box_attributes["visibility"] == (None, "v80-100", "v80-100")


def test_the_folder_is_recognised_as_labels(root):
    assert nuscenes_labels.recognises(root)
    assert read_labels(root).n_boxes == 5


def test_one_of_several_scenes_is_named_in_the_path_or_by_the_drive(tmp_path):
    make_root(scenes=("scene-0061", "scene-0103")).write(tmp_path)
    drive = nuscenes.open_drive(tmp_path, "scene-0103")
    assert read_labels(tmp_path, drive=drive).tracks[0].id == "scene-0103-car"
    assert read_labels(f"{tmp_path}#scene-0061").tracks[0].id == CAR
    with pytest.raises(ArgumentError, match=r"holds 2 scenes; write .*#SCENE, SCENE one of: scene-0061, scene-0103"):
        read_labels(tmp_path)


def test_an_unknown_scene_in_the_path_is_refused(root):
    with pytest.raises(ArgumentError, match="no scene 'scene-7'"):
        read_labels(f"{root}#scene-7")


def test_the_only_scene_is_taken_for_a_drive_of_another_name_and_that_is_said(root, caplog):
    labels = nuscenes_labels.read(root, MemoryDrive(name="day1"))
    assert labels.drive_name == "day1"
    assert "its only scene scene-0061 is taken for the drive day1" in caplog.text


def test_instants_rounded_to_microseconds_get_the_nanoseconds_of_the_drive_back(root):
    frames = (START_US + np.arange(3) * STEP_US) * 1000 + np.array([499, -500, 0])
    drive = MemoryDrive(name="scene-0061", times={"LIDAR_TOP": frames})
    np.testing.assert_array_equal(nuscenes_labels.read(root, drive).track(CAR).timestamps_ns, frames)


def test_a_category_of_no_ontology_is_kept_and_said(tmp_path, caplog):
    root = make_root()
    root.row("category")["name"] = "vehicle.hovercraft"
    labels = nuscenes_labels.read(root.write(tmp_path), None)
    assert labels.track(CAR).category == "vehicle.hovercraft"
    assert "vehicle.hovercraft" in labels.ontology
    assert "1 categories are unknown and kept as they are: vehicle.hovercraft" in caplog.text


def _spoil(table, index, field, value):
    def spoil(root):
        root.row(table, index)[field] = value

    return spoil


def _drop(table, index):
    def spoil(root):
        del root.tables[table][index]

    return spoil


ANNOTATION = "sample_annotation.json, token 'scene-0061-car-0', field "
SPOILED = {
    "category token": (_spoil("instance", 0, "category_token", "gone"), "instance.json.*category_token.*'?gone'?"),
    "instance token": (_spoil("sample_annotation", 0, "instance_token", "gone"), ANNOTATION + "instance_token"),
    "sample token": (_spoil("sample_annotation", 0, "sample_token", "gone"), ANNOTATION + "sample_token"),
    "attribute token": (_spoil("sample_annotation", 0, "attribute_tokens", ["gone"]), ANNOTATION + "attribute_tokens"),
    "attribute tokens": (_spoil("sample_annotation", 0, "attribute_tokens", "att"), "a list of tokens, found 'att'"),
    "visibility token": (_spoil("sample_annotation", 0, "visibility_token", "9"), ANNOTATION + "visibility_token"),
    "size zero": (_spoil("sample_annotation", 0, "size", [1, 0, 1]), ANNOTATION + "size: expected positive width"),
    "size of two": (_spoil("sample_annotation", 0, "size", [1, 2]), ANNOTATION + "size: expected 3 finite numbers"),
    "token": (_spoil("sample_annotation", 1, "token", None), "sample_annotation.json, .*field token: expected text"),
    "quaternion": (_spoil("sample_annotation", 0, "rotation", [0, 0, 0, 0]), ANNOTATION + "rotation.*unit quaternion"),
    "position": (_spoil("sample_annotation", 0, "translation", [0, 0, None]), ANNOTATION + "translation"),
    "prev": (_spoil("sample_annotation", 0, "prev", "scene-0061-car-2"), ANNOTATION + "prev: expected ''"),
    "next": (_spoil("sample_annotation", 0, "next", ""), ANNOTATION + "next: expected 'scene-0061-car-1', found ''"),
    "count": (_spoil("instance", 0, "nbr_annotations", 4), "instance.json.*nbr_annotations: expected 3"),
    "first": (_spoil("instance", 0, "first_annotation_token", "x"), "instance.json.*first_annotation_token"),
    "last": (_spoil("instance", 0, "last_annotation_token", "x"), "instance.json.*last_annotation_token"),
    "lost annotation": (_drop("sample_annotation", 1), "instance.json.*nbr_annotations: expected 2, .*found 3"),
    "two at a sample": (
        _spoil("sample_annotation", 1, "sample_token", "scene-0061-sample-0"),
        "field sample_token: expected one box per instance and sample",
    ),
    "negative count": (_spoil("sample_annotation", 0, "num_lidar_pts", -1), ANNOTATION + "num_lidar_pts"),
}


@pytest.mark.parametrize(("spoil", "message"), SPOILED.values(), ids=SPOILED)
def test_damaged_annotations_are_refused_with_file_token_and_field(tmp_path, spoil, message):
    root = make_root()
    spoil(root)
    with pytest.raises(FormatError, match=message):
        nuscenes_labels.read(root.write(tmp_path), None)


@pytest.mark.parametrize(
    "table", ["scene", "sample", "instance", "category", "attribute", "visibility", "sample_annotation"]
)
def test_a_missing_table_is_named(root, table):
    (root / "v1.0-mini" / f"{table}.json").unlink()
    with pytest.raises((MissingDataError, FormatError), match="scene.json" if table == "scene" else f"{table}.json"):
        nuscenes_labels.read(root, None)


@pytest.mark.real_data
def test_every_box_of_pandaset_holds_the_points_that_its_table_counts(real_data):
    root = real_data / "pandaset_nuscenes"
    drive = nuscenes.open_drive(root, "scene-0002")
    labels = nuscenes_labels.read(root, drive)
    assert (labels.n_boxes, len(labels.tracks)) == (1112, 93)
    counted, expected = [], []
    for index, time in enumerate(drive.timestamps_ns("LIDAR_TOP")):
        world_from_ego = drive.trajectory.at(int(time))
        points = np.concatenate(
            [
                (world_from_ego @ lidar.ego_from_sensor).apply(drive.sweep(lidar.name, index).points)
                for lidar in drive.rig.of_kind("lidar")
            ]
        )
        for track in labels.tracks:
            here = track[track.timestamps_ns == time]
            counted += points_in_cuboids(points, here.cuboids).counts.tolist()
            expected += here.box_attributes["num_lidar_pts"]
    assert counted == expected
    assert sum(n >= 5 for n in counted) == 947
