"""What is in the 3D view of the page: points, boxes, names and ways where the session has them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest

from sensorann.errors import MissingDataError
from sensorann.formats import open_drive
from sensorann.geometry.cuboids import CORNER_EDGES
from sensorann.images import track_color
from sensorann.store import open_store
from tests.viewers.screen import until
from viewers import Session, open_session
from viewers.looks import Part
from viewers.points import cloud_at

pytest.importorskip("viser")

from viewers.web.door import Door
from viewers.web.scene import Scene
from viewers.web.serving import serving


@pytest.fixture
def session(web_street, tmp_path) -> Iterator[Session]:
    with open_store(tmp_path / "labels.db", create=True) as store:
        store.import_labels(replace(web_street.truth, tracks=web_street.two_in_view()), drive="street")
        session = open_session(open_drive(web_street.path), store, name="street")
        yield session
        session.close()


@pytest.fixture
def scene() -> Iterator[Scene]:
    with serving(Door(), 0, title="") as (server, _):
        scene = Scene(server.scene)
        yield scene
        scene.close()


def test_points_and_boxes_lie_in_the_frame_of_the_vehicle(scene, session, web_street):
    scene.draw(session)
    np.testing.assert_allclose(scene.points.points, cloud_at(session, session.timestamp_ns).points, atol=1e-4)
    first = session.labels.tracks[0]
    corners = web_street.ego_from_world.apply(first.cuboids[:1].corners()[0])
    drawn = scene.lines["/boxes"].points
    np.testing.assert_allclose(drawn[: len(CORNER_EDGES)], corners[CORNER_EDGES], atol=1e-4)
    top = first.cuboids.record(0).frame_from_cuboid.apply([0, 0, first.cuboids.sizes[0, 2] / 2])
    assert scene.captions[0].text == f"{first.id} {first.category}"
    np.testing.assert_allclose(scene.captions[0].position, web_street.ego_from_world.apply(top), atol=1e-6)


def test_a_box_has_the_color_of_its_track_as_viser_takes_light(scene, session):
    scene.draw(session)
    light = scene.lines["/boxes"].colors[0, 0] / 255
    shown = np.where(light <= 0.0031308, 12.92 * light, 1.055 * light ** (1 / 2.4) - 0.055)
    np.testing.assert_allclose(255 * shown, track_color(session.labels.tracks[0].id)[::-1], atol=4)


def test_what_is_hidden_goes_and_what_is_asked_for_comes(scene, session):
    scene.draw(session)
    session.hidden = frozenset({session.labels.tracks[1].id})
    session.select(session.labels.tracks[0].id)
    session.paths_shown = True
    session.looks = replace(session.looks, shown=session.looks.shown | {Part.RINGS})
    scene.draw(session)
    assert [caption.visible for caption in scene.captions] == [True, False]
    assert {"/boxes", "/path", "/rings"} <= scene.lines.keys()
    n_lines = len(scene.lines["/boxes"].points)
    session.hidden = frozenset(track.id for track in session.labels.tracks)
    session.looks = replace(session.looks, shown=session.looks.shown - {Part.RINGS})
    scene.draw(session)
    assert n_lines == len(CORNER_EDGES) + 2
    assert not {"/boxes", "/rings"} & scene.lines.keys()


def test_points_that_cannot_be_read_go_and_come_back(scene, session, monkeypatch):
    scene.draw(session)
    n_points = len(scene.points.points)

    def missing(*_: object) -> None:
        raise MissingDataError("the disk is gone")

    with monkeypatch.context() as broken:
        broken.setattr(session.drive, "sweep", missing)
        session.point_size = 3
        for _ in range(2):  # it is tried anew each time
            session.message = ""
            scene.draw(session)
            assert session.message == "the disk is gone"
        assert len(scene.points.points) == 0
    scene.draw(session)
    assert len(scene.points.points) == n_points > 0


def test_merged_sweeps_come_when_they_are_there(scene, session):
    session.looks = replace(session.looks, n_sweeps=5)
    scene.draw(session)
    alone = len(scene.points.points)
    until(lambda: scene.collect(session) or len(scene.points.points) > alone, "more sweeps")
