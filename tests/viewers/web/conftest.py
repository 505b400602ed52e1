"""A drive with a camera, and a browser for all tests of a file."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pytest

from sensorann.formats import pack
from sensorann.geometry import Transform
from sensorann.scene import Labels, Rig, Track
from sensorann.simulate import simulate_drive
from sensorann.simulate.vehicle import LIDAR
from sensorann.store import open_store
from tests.viewers import pinhole
from tests.viewers.conftest import visible_points
from viewers import open_session

N_FRAMES = 4
VIEW = (600, 600)  # about the size of the 3D view between the panels


@dataclass
class Street:
    """A drive on disk, its true labels, and a point (3,) in the ego frame on each object that frame 0 shows well."""

    path: Path
    truth: Labels
    points_ego: dict[str, np.ndarray]
    ego_from_world: Transform

    def two_in_view(self) -> tuple[Track, Track]:
        """Two objects with a box in every frame, as far apart in the view as can be."""
        pixels = {track_id: pinhole.pixel_of(point, VIEW) for track_id, point in self.points_ego.items()}
        whole = [
            track
            for track in self.truth.tracks
            if len(track) == N_FRAMES and track.id in pixels and pinhole.in_view(pixels[track.id], VIEW)
        ]
        pairs = [(a, b) for a in whole for b in whole if a is not b]
        return max(pairs, key=lambda pair: np.hypot(*np.subtract(pixels[pair[0].id], pixels[pair[1].id])))


@pytest.fixture(scope="session")
def web_street(tmp_path_factory) -> Street:
    drive, truth = simulate_drive(seed=3, n_frames=N_FRAMES, n_actors=60, n_beams=32, n_columns=900)
    folder = tmp_path_factory.mktemp("street")
    camera = drive.rig.of_kind("camera")[0]
    drive = replace(drive, rig=Rig((drive.rig[LIDAR], camera)))
    pack(drive, folder / "street.drive.h5")
    with open_store(folder / "scratch.db", create=True) as store:
        session = open_session(drive, store)
        points, ego_from_world = visible_points(session, truth), session.frame_from_ego(session.timestamp_ns).inverse()
        session.close()
    return Street(
        path=folder / "street.drive.h5",
        truth=truth,
        points_ego={track_id: ego_from_world.apply(point) for track_id, point in points.items()},
        ego_from_world=ego_from_world,
    )


@pytest.fixture(scope="session")
def chromium(tmp_path_factory) -> Iterator[object]:
    """A browser for all tests; what its pages asked for is looked at when it has ended."""
    pytest.importorskip("viser")
    pytest.importorskip("selenium")
    from tests.browser import installed
    from tests.viewers.web.hands import HOST, asked_by_pages, browser

    if not installed():
        pytest.skip("needs chromium and chromedriver (make system-libraries)")
    network = tmp_path_factory.mktemp("browser") / "net.json"
    with browser(network) as chromium:
        yield chromium
    asked = asked_by_pages(network)
    assert asked
    assert {host.rpartition(":")[0] for host in asked} == {HOST}
