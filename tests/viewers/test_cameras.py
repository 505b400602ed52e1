"""Camera pictures: what is drawn on them, zoom and pan, and what a hand does there."""

from dataclasses import replace

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sensorann.errors import ArgumentError
from sensorann.geometry import Transform
from sensorann.geometry.overlap import iou_3d
from sensorann.images import track_color
from sensorann.scene import ImageTrack, Rig, Source, sources_of
from sensorann.store import log
from tests.builders import START_NS, MemoryDrive, make_camera, make_labels, make_rig, make_track
from viewers import open_session
from viewers.actions import image_boxes, shaping, showing
from viewers.keymap import read_keymap
from viewers.pictures.camera import draw_shot, draw_strip, image_of, no_picture, strip_cell
from viewers.pictures.camera_hand import CameraHand
from viewers.pictures.shots import Moment, best_camera, object_at, shot_of
from viewers.pictures.viewport import Viewport, seen_through
from viewers.state import Tool

CAMERA = "CAM_FRONT"
PICTURE, PANEL = (640, 480), (320, 200)
GREY = 90


@pytest.fixture
def road(store):
    """A session on a car 20 m ahead and one beside it, with a grey picture and the 2D box of something else."""
    ahead, beside = (make_track(id=name, n=2, centers=[[20, y, 0.75]] * 2) for name, y in (("1", 0), ("2", 6)))
    bike = ImageTrack(
        id="7",
        camera=CAMERA,
        category="bicycle",
        timestamps_ns=np.array([START_NS]),
        boxes=np.array([[20.0, 30, 60, 90]]),
        sources=sources_of(1, Source.HUMAN),
    )
    store.import_labels(make_labels(ahead, beside, image_tracks=(bike,)), drive="memory")
    _, png = cv2.imencode(".png", np.full((*PICTURE[::-1], 3), GREY, np.uint8))
    session = open_session(MemoryDrive(images={CAMERA: [png.tobytes()] * 20}), store)
    yield session
    session.close()


def pixel_of(session, track_id: str) -> tuple[float, float]:
    """Where the middle of a box is in the camera's picture."""
    shot = shot_of(Moment.of(session), CAMERA)
    u, v = shot.camera.project(shot.camera_from_labels.apply(session.box_here(track_id).center[None]))[0]
    return float(u), float(v)


@given(
    zoom=st.floats(1, 20),
    center=st.tuples(st.floats(0, 640), st.floats(0, 480)),
    pixel=st.tuples(st.floats(0, 320), st.floats(0, 200)),
    notches=st.floats(-3, 3),
)
def test_what_is_under_the_mouse_stays_there_while_the_wheel_turns_unless_all_is_shown(zoom, center, pixel, notches):
    viewport = Viewport(center=center, zoom=zoom)
    there = viewport.into_picture(pixel, PICTURE, PANEL)
    closer = viewport.zoomed(notches, pixel, PICTURE, PANEL)
    if closer.zoom > 1.0:
        assert closer.into_picture(pixel, PICTURE, PANEL) == pytest.approx(there, abs=1e-6)
    else:
        assert closer == Viewport()


@given(by=st.tuples(st.floats(-50, 50), st.floats(-50, 50)), zoom=st.floats(1, 20))
def test_a_push_moves_the_picture_as_far_as_the_hand_goes(by, zoom):
    viewport = Viewport(zoom=zoom)
    there = viewport.into_picture((100, 100), PICTURE, PANEL)
    pushed = viewport.panned(by, PICTURE, PANEL).into_picture((100 + by[0], 100 + by[1]), PICTURE, PANEL)
    assert pushed == pytest.approx(there, abs=1e-6)


@pytest.mark.parametrize("zoom", [1.0, 3.0], ids=["smaller than the picture", "larger"])
def test_the_camera_of_a_panel_images_a_point_where_the_panel_shows_it(zoom):
    lens = make_camera(distortion=(-0.2, 0.05, 0.001, 0.001))
    point = np.array([[0.4, -0.3, 4.0]])
    (spot,) = np.round(lens.project(point)).astype(int)
    image = np.zeros((*PICTURE[::-1], 3), np.uint8)
    cv2.circle(image, spot.tolist(), 6, (255, 255, 255), -1)
    shown, own = seen_through(image, lens, Viewport(center=(350.0, 230.0), zoom=zoom), PANEL)
    rows, columns = np.nonzero(shown[..., 0] > 200)
    assert own.size == PANEL
    np.testing.assert_allclose([columns.mean(), rows.mean()], own.project(point)[0], atol=0.7)


def test_boxes_are_drawn_selected_ones_white_and_2d_boxes_with_them(road):
    road.select("1")
    shot = shot_of(Moment.of(road), CAMERA)
    picture = draw_shot(image_of(road.drive, shot, np.zeros((0, 3))), shot, viewport=Viewport(), panel=PICTURE)
    u, v = np.round(pixel_of(road, "1")).astype(int)
    around = picture[v - 40 : v + 40, u - 60 : u + 60]
    assert (around == 255).all(axis=-1).any()
    u, v = np.round(pixel_of(road, "2")).astype(int)
    assert (picture[v - 40 : v + 40, u - 60 : u + 60] == track_color("2")).all(axis=-1).any()
    assert (picture[60, 20] == track_color("7")).all()
    assert (picture[60, 40] == GREY).all()


def test_points_are_laid_over_the_picture_and_stand_in_where_there_is_none(road):
    shot = shot_of(Moment.of(road), CAMERA)
    point = road.box_here("1").center[None] + [0, 3, 1.5]
    u, v = np.round(shot.camera.project(shot.camera_from_labels.apply(point))[0]).astype(int)
    image = image_of(road.drive, shot, point)
    laid = draw_shot(image, shot, viewport=Viewport(), panel=PICTURE, points_labels=point)
    assert (image[v, u] == GREY).all()
    assert (laid[v, u] != GREY).any()
    elsewhere = image_of(road.drive, replace(shot, name="CAM_BACK"), point)
    assert np.ptp(elsewhere[v, u]) > 50
    assert (np.ptp(elsewhere.reshape(-1, 3), axis=1) > 50).sum() <= 4


def test_a_click_selects_what_is_under_it_and_a_drag_pushes_the_picture(road):
    hand, shot = CameraHand(), shot_of(Moment.of(road), CAMERA)
    scale = PANEL[1] / PICTURE[1]
    for track_id, add, selected in (("1", False, ("1",)), ("2", True, ("1", "2")), ("1", True, ("2",))):
        u, v = pixel_of(road, track_id)
        pixel = ((u + 0.5 - PICTURE[0] / 2) * scale + PANEL[0] / 2, (v + 0.5) * scale)
        hand.press(road, pixel, shot, PANEL)
        hand.release(road, pixel, shot, PANEL, add=add)
        assert road.selected == selected
    hand.press(road, (1, 1), shot, PANEL)
    hand.release(road, (1, 1), shot, PANEL, add=False)
    assert road.selected == ()
    hand.press(road, (100, 100), shot, PANEL)
    hand.drag((130, 90), shot, PANEL)
    hand.release(road, (130, 90), shot, PANEL, add=False)
    assert road.selected == ()
    assert hand.viewport.into_picture((130, 90), PICTURE, PANEL) == pytest.approx(
        Viewport().into_picture((100, 100), PICTURE, PANEL)
    )
    hand.wheel(2, (10, 10), shot, PANEL)
    assert hand.viewport.zoom > 1.0


def test_the_box_under_a_hand_is_where_the_hand_has_it(road):
    road.select("1")
    shaping.hold(road, shaping.moved(road.box_here("1"), (0, 3, 0)))
    shot = shot_of(Moment.of(road), CAMERA)
    np.testing.assert_allclose(shot.cuboids.centers[shot.track_ids.index("1")], road.box_here("1").center)
    assert object_at(shot, pixel_of(road, "1")) == "1"


def test_hidden_objects_are_not_on_the_picture(road):
    road.hidden = frozenset({"2"})
    assert shot_of(Moment.of(road), CAMERA).track_ids == ("1",)


def test_a_camera_without_a_picture_near_the_frame_says_so(store):
    late = {CAMERA: START_NS + 10**9 + np.arange(3) * 10**8}
    session = open_session(MemoryDrive(times=late), store)
    assert shot_of(Moment.of(session), CAMERA) is None
    assert no_picture(CAMERA, PANEL).shape == (PANEL[1], PANEL[0], 3)
    session.close()


def test_all_cameras_stand_in_a_row_and_the_chosen_one_has_a_border(road):
    size = (400, 80)
    cell = strip_cell(2, size)
    cells = [(name, np.full((cell[1], cell[0], 3), shade, np.uint8)) for name, shade in (("A", 50), ("B", 120))]
    strip = draw_strip(cells, "B", size)
    assert strip.shape == (80, 400, 3)
    assert (strip[40, 100] == 50).all()
    assert (strip[40, 300] == 120).all()
    assert (strip[0, 300] != 120).any()
    assert (strip[0, 100] == 50).all()


def test_the_camera_that_shows_the_selected_box_best_is_found(store):
    rig = make_rig(cameras=("CAM_FRONT", "CAM_BACK"))
    backward = Transform.from_yaw(np.pi, [0, 0, 0]) @ rig["CAM_BACK"].ego_from_sensor
    back = replace(rig["CAM_BACK"], ego_from_sensor=backward)
    rig = Rig(tuple(back if sensor.name == "CAM_BACK" else sensor for sensor in rig.sensors))
    cars = [make_track(id=name, n=2, centers=[[x, 0, 0.75]] * 2) for name, x in (("1", 20), ("2", -20))]
    store.import_labels(make_labels(*cars), drive="memory")
    session = open_session(MemoryDrive(rig=rig), store)
    assert best_camera(session) == "CAM_FRONT"
    session.select("2")
    assert best_camera(session) == "CAM_BACK"
    showing.show_camera(session, "CAM_FRONT")
    assert session.looks.camera == "CAM_FRONT"
    session.close()


def test_a_rectangle_drawn_on_the_picture_becomes_a_box_around_the_object(session, truth):
    """What a hand draws tightly around a well seen simulated car is that car."""
    hand, camera = CameraHand(), session.drive.rig.of_kind("camera")[0].name
    lens = session.drive.rig.camera(camera)
    shot = shot_of(Moment.of(session), camera)
    found = []
    for track in truth.tracks:
        row = int(np.searchsorted(track.timestamps_ns, session.timestamp_ns))
        if row == len(track) or track.timestamps_ns[row] != session.timestamp_ns:
            continue
        pixels = lens.project(shot.camera_from_labels.apply(track.cuboids[row : row + 1].corners()[0]))
        if np.isfinite(pixels).all() and lens.contains(pixels).all():
            found.append((np.ptp(pixels, axis=0).prod(), track.cuboids[row : row + 1], pixels))
    _, expected, pixels = max(found, key=lambda item: item[0])
    session.tool = Tool.IMAGE_BOX
    start, end = tuple(pixels.min(axis=0).tolist()), tuple(pixels.max(axis=0).tolist())
    hand.press(session, start, shot, lens.size)
    hand.drag(end, shot, lens.size)
    assert hand.rectangle == (start, end)
    hand.release(session, end, shot, lens.size, add=False)
    session.finish()
    assert hand.rectangle is None
    (track,) = session.labels.tracks
    assert iou_3d(track.cuboids, expected)[0, 0] > 0.5


def test_a_2d_box_is_drawn_pulled_at_a_corner_deleted_and_all_of_it_taken_back(road):
    """The panel is as large as the picture, so that their pixels are the same."""
    hand, keymap = CameraHand(), read_keymap()

    def pull(start, end) -> None:
        shot = shot_of(Moment.of(road), CAMERA)
        hand.press(road, start, shot, PICTURE)
        hand.drag(end, shot, PICTURE)
        hand.release(road, end, shot, PICTURE, add=False)

    def boxes() -> dict[str, list[float]]:
        return {one.id: one.boxes[0].tolist() for one in road.labels.image_tracks}

    others = boxes()
    road.select("1")
    keymap.press(road, "Alt+B")
    pull((300, 200), (340, 260))
    keymap.press(road, "Escape")
    assert boxes() == {**others, "1": [300, 200, 340, 260]}
    pull((341, 199), (350, 190))
    assert boxes() == {**others, "1": [300, 190, 350, 260]}
    pull((300, 190), (-20, 230))
    assert boxes() == {**others, "1": [0, 230, 350, 260]}
    assert [one.sources.tolist() for one in road.labels.image_tracks if one.id == "1"] == [[Source.HUMAN]]
    assert keymap.press(road, "Alt+Delete")
    assert boxes() == others
    assert keymap.press(road, "Alt+Delete")
    assert "no 2D box" in road.message
    for _ in range(4):
        keymap.press(road, "Ctrl+Z")
    assert boxes() == others
    keymap.press(road, "Ctrl+Shift+Z")
    assert boxes() == {**others, "1": [300, 200, 340, 260]}
    kinds = [event.kind for event in log(road.store)]
    assert kinds[1:5] == ["image box"] * 3 + ["delete image box"]


def test_the_2d_box_of_what_is_not_selected_stays_under_the_hand(road):
    hand, shot = CameraHand(), shot_of(Moment.of(road), CAMERA)
    before = road.labels
    hand.press(road, (20, 30), shot, PICTURE)
    hand.drag((5, 5), shot, PICTURE)
    hand.release(road, (5, 5), shot, PICTURE, add=False)
    assert road.labels is before
    assert hand.viewport != Viewport()


def test_only_what_is_selected_has_corners_to_pull_at(road):
    road.select("1")
    image_boxes.put_image_box(road, CAMERA, (100, 100, 200, 150))
    corner = np.s_[148:153, 198:203]
    shots = [shot_of(Moment.of(road), CAMERA)]
    road.select()
    shots.append(shot_of(Moment.of(road), CAMERA))
    image = np.full((*PICTURE[::-1], 3), GREY, np.uint8)
    chosen, other = (draw_shot(image, shot, viewport=Viewport(), panel=PICTURE)[corner] for shot in shots)
    assert (chosen != GREY).any(axis=-1).sum() > (other != GREY).any(axis=-1).sum()


@pytest.mark.parametrize("box", [(700, 10, 800, 20), (10, 500, 20, 600), (30, 30, 30, 60)])
def test_a_2d_box_beside_the_picture_is_refused(road, box):
    road.select("1")
    with pytest.raises(ArgumentError, match="with an area"):
        image_boxes.put_image_box(road, CAMERA, box)
