"""All boxes of one object snapped to their points together."""

from dataclasses import replace

import numpy as np
import pytest

from sensorann.geometry import paired_iou_3d
from sensorann.scene import Labels, Source, Track, sources_of
from sensorann.store import log
from tests.viewers.conftest import visible_points
from viewers import Session
from viewers.actions import shaping


@pytest.fixture
def car(session: Session, truth: Labels) -> Track:
    """The nearest car in sight that stays for ten frames."""
    there, place = int(session.frames[10]), session.drive.trajectory.at(session.timestamp_ns).translation
    here = [truth.track(name) for name in visible_points(session, truth)]
    staying = [track for track in here if track.category == "car" and there in track.timestamps_ns]
    return min(staying, key=lambda track: float(np.linalg.norm(track.cuboids.centers[0] - place)))


def drawn(session: Session, car: Track, *, n_frames: int, seed: int) -> Track:
    """Draw the first boxes of a car roughly by hand, and select it."""
    boxes = car[np.isin(car.timestamps_ns, session.frames[:n_frames])]
    rng, exact, shape = np.random.default_rng(seed), boxes.cuboids, (len(boxes), 3)
    shifts = rng.normal(0, 0.25, shape) * [1.0, 1.0, 0.0]
    rough = replace(exact, centers=exact.centers + shifts, sizes=exact.sizes * rng.normal(1, 0.05, shape))
    track = replace(boxes, cuboids=rough, sources=sources_of(len(boxes), Source.HUMAN))
    session.commit(replace(session.labels, tracks=(track,)), "create")
    session.select(track.id)
    return track


def test_all_frames_snapped_together_share_one_size_and_stay_keyframes(session, car):
    rough, n_events = drawn(session, car, n_frames=8, seed=0), len(log(session.store))
    shaping.snap_all_frames(session)
    session.finish()
    after = session.labels.track(car.id)
    assert np.ptp(after.cuboids.sizes, axis=0).max() == pytest.approx(0, abs=1e-9)
    true = car.cuboids[: len(after)]
    assert paired_iou_3d(after.cuboids, true).mean() > paired_iou_3d(rough.cuboids, true).mean() + 0.05
    assert (after.sources == Source.HUMAN).all()
    assert len(log(session.store)) == n_events + 1


def test_an_object_that_was_changed_while_all_its_frames_were_fitted_stays_as_the_person_left_it(session, car):
    drawn(session, car, n_frames=3, seed=0)
    shaping.snap_all_frames(session)
    shaping.move(session, forward=0.5)
    moved = session.labels.track(car.id).cuboids.centers
    session.finish()
    assert "was changed meanwhile" in session.message
    np.testing.assert_array_equal(session.labels.track(car.id).cuboids.centers, moved)
