"""Which repair points speak for: boxes moved or grown, sizes chosen, pictures drawn, nothing deleted by halves."""

from dataclasses import replace

import numpy as np
import pytest

from sensorann.qa.checking.evidence import Evidence, gather
from sensorann.qa.checking.pictures import mismatched
from sensorann.qa.checking.points import empty
from sensorann.qa.checking.sightings import Sightings
from sensorann.qa.checking.sizes import drifting
from sensorann.qa.checking.snapping import snapped
from sensorann.scene import Track
from tests.builders import make_labels
from tests.qa.checking.cases import N, driving, edited
from tests.qa.checking.cases import drive as straight
from tests.qa.checking.test_pictures import CAR, OTHER, pictured
from tests.qa.checking.test_pictures import drive as with_camera

ALL = np.arange(N)


def sightings(**columns) -> Sightings:
    """What sweeps say of a track: nothing but the given columns."""
    return replace(Sightings.nothing(N), seen=np.ones(N, np.bool_), **columns)


def evidence_of(track: Track, seen: Sightings) -> Evidence:
    return replace(gather(make_labels(track), straight(), with_points=False), sightings=(seen,))


def faces(*, front: float = np.nan, back: float = np.nan) -> Sightings:
    """Cuts where above 0, rooms where below, at all instants."""
    cuts, rooms = np.zeros((N, 4)), np.full((N, 4), np.nan)
    for face, off in enumerate((front, back)):
        if off > 0:
            cuts[:, face] = off
        else:
            rooms[:, face] = -off
    return sightings(cuts=cuts, rooms=rooms)


def moved(track: Track, seen: Sightings, rows=ALL) -> np.ndarray:
    (path,) = evidence_of(track, seen).paths
    (edit,) = snapped(path, seen, rows)
    return np.array(edit.arguments["outward"])


def test_a_box_cut_at_one_end_and_loose_at_the_other_is_moved():
    outward = moved(driving(), faces(front=0.46, back=-0.54))
    np.testing.assert_allclose(outward, [0.5, -0.5, 0, 0])


def test_a_box_loose_at_both_ends_shrinks():
    outward = moved(driving(), faces(front=-0.54, back=-0.24))
    np.testing.assert_allclose(outward, [-0.5, -0.2, 0, 0])


@pytest.mark.parametrize(("grow", "follows"), [(1.0, True), (0.85, False)], ids=["of its size", "too small"])
def test_one_box_is_moved_where_it_is_as_large_as_the_others_and_else_grows(grow, follows):
    outward = moved(edited(driving(), [20], grow=grow), faces(front=0.46), np.array([20]))
    np.testing.assert_allclose(outward, [0.5, -0.5 if follows else 0.0, 0, 0])


@pytest.mark.parametrize("right_end", ["first", "last"])
def test_of_a_size_that_drifts_that_end_is_right_whose_faces_meet_their_points(right_end):
    track = edited(driving(), ALL, grow=np.linspace(1.0, 1.1, N)[:, None])
    late = np.linspace(0.0, 0.5, N)[:, None] * [1.0, 1.0, 0.0, 0.0]
    seen = sightings(rooms=late if right_end == "first" else late[::-1])
    (told,) = drifting(evidence_of(track, seen))
    length = track.cuboids.sizes[5 if right_end == "first" else -5, 0]
    assert told.repair[0].arguments["size"][0] == pytest.approx(length, abs=0.05)
    (alone,) = drifting(replace(evidence_of(track, seen), sightings=()))
    assert not alone.repair


def test_what_holds_no_point_is_deleted_with_the_boxes_beside_it():
    through = np.where(np.isin(ALL, [12, 13]), 30, 0)
    seen = sightings(n_through=through, n_inside=np.where((ALL >= 10) & (ALL < 18), 0, 40))
    (told,) = empty(evidence_of(driving(), seen))
    times = driving().timestamps_ns
    assert told.repair[0].arguments["span"] == (int(times[10]), int(times[17]))


@pytest.mark.parametrize(("n_own", "drawn"), [(20, True), (60, False)], ids=["all of it in the box", "cut"])
def test_a_picture_is_drawn_anew_where_points_say_that_the_box_in_space_is_right(n_own, drawn):
    labels = make_labels(CAR, OTHER, image_tracks=(pictured(CAR, shift=90.0),))
    known = gather(labels, with_camera(), with_points=False)
    seen = sightings(n_inside=np.full(N, 20), n_own=np.full(N, n_own))
    (told,) = mismatched(replace(known, sightings=(seen, Sightings.nothing(N))))
    assert [edit.action for edit in told.repair] == ["draw"] * drawn
