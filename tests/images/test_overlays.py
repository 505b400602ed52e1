import numpy as np
import pytest

from sensorann.errors import ArgumentError
from sensorann.geometry import Cuboids
from sensorann.images import draw_cuboids, draw_ranges, track_color
from tests.builders import make_camera

GREY = 60
RED = (0, 0, 255)


def picture(camera):
    return np.full((camera.size[1], camera.size[0], 3), GREY, np.uint8)


def box(center, size=(2.0, 2.0, 2.0)):
    # Axes of the camera: z forward. The front face of an unturned box looks along x, to the right.
    return Cuboids.from_yaws([center], [size], [0.0], frame="CAM")


def drawn(image):
    return (image != GREY).any(axis=2)


@pytest.mark.parametrize(
    "center",
    [(0, 0, -5.0), (100, 0, 10.0), (0, 60, 12.0), (0, 0, -1.01)],
    ids=["behind", "right of the view", "below the view", "touching the image plane from behind"],
)
def test_unseen_boxes_draw_nothing(center):
    camera = make_camera()
    assert not drawn(draw_cuboids(picture(camera), camera, box(center), [RED])).any()


def test_a_box_is_drawn_where_its_corners_project():
    camera = make_camera()
    rows, columns = np.nonzero(drawn(draw_cuboids(picture(camera), camera, box((0, 0, 10.0)), [RED])))
    # The near face at 9 m decides: 500 px * 1 m / 9 m around the middle, and half the line's width.
    assert (columns.min(), columns.max()) == pytest.approx((320 - 55.6, 320 + 55.6), abs=3)
    assert (rows.min(), rows.max()) == pytest.approx((240 - 55.6, 240 + 55.6), abs=3)


def test_a_box_half_behind_the_camera_keeps_the_part_in_front():
    camera = make_camera()
    # A wall at the left from 10 m behind to 10 m ahead: its upper edge leads from (0.1 m ahead) out of the picture.
    marks = drawn(draw_cuboids(picture(camera), camera, box((-3.0, 0, 0), (1.0, 2.0, 20.0)), [RED]))
    assert marks.any()
    # At 10 m its right side stands at x = -2.5: nothing may appear right of that, mirrored or not.
    assert np.nonzero(marks)[1].max() <= 320 - 500 * 2.5 / 10 + 4


def test_a_box_around_the_camera_shows_its_far_face():
    camera = make_camera()
    marks = drawn(draw_cuboids(picture(camera), camera, box((0, 0, 0), (4.0, 4.0, 8.0)), [RED]))
    assert marks[240, 320 - 250] or marks[240, 320 - 249]
    assert not marks[238:243, 325:560].any()


@pytest.mark.parametrize(
    ("model", "distortion"), [("fisheye", (0.05, 0.01, -0.01, 0.001)), ("pinhole", (-0.3, 0.1, 0.0, 0.0))]
)
def test_edges_follow_the_lens(model, distortion):
    camera = make_camera(focal=200.0, model=model, distortion=distortion)
    long_wall = box((0, 2.0, 4.0), (10.0, 0.02, 0.02))
    marks = drawn(draw_cuboids(picture(camera), camera, long_wall, [RED]))
    x = np.linspace(-4.5, 4.5, 19)
    on_the_curve = camera.project(np.stack([x, np.full(19, 2.0), np.full(19, 4.0)], axis=1))
    inside = ((on_the_curve > 2) & (on_the_curve < [637, 477])).all(axis=1)
    assert inside.sum() > 5
    assert np.ptp(on_the_curve[inside, 1]) > 5  # a straight line would miss
    for u, v in np.round(on_the_curve[inside]).astype(int):
        assert marks[v - 1 : v + 2, u].any()


def test_strong_distortion_folds_nothing_back_into_the_picture():
    camera = make_camera(focal=400.0, distortion=(-0.4, 0.0, 0.0, 0.0))
    far_aside = box((40.0, 0, 8.0), (2.0, 2.0, 2.0))
    assert not drawn(draw_cuboids(picture(camera), camera, far_aside, [RED])).any()


def test_machine_boxes_have_fewer_marks_than_placed_ones():
    camera = make_camera()
    full, dashed = (
        drawn(draw_cuboids(picture(camera), camera, box((0, 0, 10.0)), [RED], solid=[style])).sum()
        for style in (True, False)
    )
    assert dashed < 0.8 * full


def test_the_near_box_covers_the_far_one():
    camera = make_camera()
    boxes = Cuboids.concatenate([box((0, 0, 6.0), (2.0, 2.0, 0.01)), box((0, 0, 12.0), (4.0, 4.0, 0.01))])
    image = draw_cuboids(picture(camera), camera, boxes, [(255, 0, 0), (0, 255, 0)])
    assert tuple(image[240, round(320 + 500 / 6)]) == (255, 0, 0)


def test_the_given_picture_stays_as_it_is():
    camera = make_camera()
    image = picture(camera)
    draw_cuboids(image, camera, box((0, 0, 10.0)), [RED], captions=["car 1"])
    assert not drawn(image).any()


def test_captions_add_text_above_the_box():
    camera = make_camera()
    plain, named = (
        drawn(draw_cuboids(picture(camera), camera, box((0, 0, 10.0)), [RED], captions=captions))
        for captions in (None, ["car 1"])
    )
    assert np.nonzero(named & ~plain)[0].max() <= 240 - 50


@pytest.mark.parametrize("argument", ["colors", "captions", "solid"])
def test_one_entry_per_box_is_asked_for(argument):
    camera = make_camera()
    arguments = {"colors": [RED], argument: []}
    with pytest.raises(ArgumentError, match=argument):
        draw_cuboids(picture(camera), camera, box((0, 0, 10.0)), arguments.pop("colors"), **arguments)


def test_points_are_drawn_where_they_project_and_near_ones_win():
    camera = make_camera()
    points = [[0, 0, 40.0], [0, 0, 4.0], [1.0, 0, 10.0], [0, 0, -5.0], [np.nan, 0, 5.0]]
    image = draw_ranges(points, camera)
    only_near = draw_ranges([[0, 0, 4.0]], camera)
    np.testing.assert_array_equal(image[240, 320], only_near[240, 320])
    background = draw_ranges(np.empty((0, 3)), camera)
    changed = np.argwhere((image != background).any(axis=2))
    assert len(changed) == 8
    assert [240, 370] in changed.tolist()


def test_colors_of_tracks_are_stable_and_many():
    assert track_color("17") == track_color("17")
    assert len({track_color(str(i)) for i in range(200)}) > 50
