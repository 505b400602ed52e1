"""Attach, copy static to span."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sensorann.errors import ArgumentError
from sensorann.geometry import Transforms
from sensorann.scene import Source
from sensorann.tracks.surgery import attach, copy_static
from tests.builders import make_labels, make_track
from tests.tracks.surgery.drives import assert_same_track, instant, make_scene, tracks


@given(tractor=tracks(id="tractor"), trailer=tracks(id="trailer"), data=st.data())
def test_a_trailer_keeps_its_place_behind_the_tractor(tractor, trailer, data):
    row = data.draw(st.integers(0, min(len(tractor), len(trailer)) - 1))
    labels = make_labels(tractor, trailer)
    edited = attach(labels, "trailer", to="tractor", reference_ns=instant(row))
    assert edited.track("tractor") is labels.track("tractor")
    towed = edited.track("trailer")[: len(tractor)]
    np.testing.assert_array_equal(towed.timestamps_ns, tractor.timestamps_ns)
    inverse = Transforms(tractor.cuboids.rotations, tractor.cuboids.centers).inverse()
    centers = inverse.apply(towed.cuboids.centers)
    np.testing.assert_allclose(centers, np.tile(centers[row], (len(centers), 1)), atol=1e-9)
    rotations = inverse.rotations @ towed.cuboids.rotations
    np.testing.assert_allclose(rotations, np.tile(rotations[row], (len(centers), 1, 1)), atol=1e-9)
    others = np.arange(len(tractor)) != row
    np.testing.assert_array_equal(towed.sources[others], tractor.sources[others])
    assert_same_track(towed[~others], trailer[[row]])


def test_only_the_span_is_replaced():
    tractor, trailer = make_track(id="tractor", n=6), make_track(id="trailer", n=6, centers=np.zeros((6, 3)))
    span = (instant(1), instant(3))
    edited = attach(make_labels(tractor, trailer), "trailer", to="tractor", reference_ns=instant(5), span=span)
    moved = np.abs(edited.track("trailer").cuboids.centers).max(axis=1) > 0
    assert list(moved) == [False, True, True, True, False, False]


def test_a_long_lever_carries_the_doubt_about_the_heading():
    tractor = replace(make_track(id="tractor", n=2, centers=np.zeros((2, 3)), yaws=[0, 0]), sigmas=np.full((2, 7), 0.1))
    trailer = make_track(id="trailer", n=1, centers=[[-10.0, 0, 0]])
    trailer = replace(trailer, sigmas=np.full((1, 7), 0.2))
    placed = attach(make_labels(tractor, trailer), "trailer", to="tractor", reference_ns=instant(0)).track("trailer")
    both = np.hypot(0.1, 0.2)
    expected = [np.hypot(both, 1.0), np.hypot(both, 1.0), both, 0.2, 0.2, 0.2, both]
    np.testing.assert_allclose(placed.sigmas[1], expected)


@given(track=tracks(), data=st.data())
def test_a_copied_box_stands_still_over_the_span(track, data):
    row = data.draw(st.integers(0, len(track) - 1))
    frames = data.draw(st.lists(st.integers(20, 30), min_size=1))
    labels = make_scene(track)
    edited = copy_static(labels, "1", reference_ns=instant(row), at=[instant(i) for i in frames])
    found = edited.track("1")
    assert_same_track(found[: len(track)], track)
    copies = found[len(track) :]
    assert list(copies.timestamps_ns) == [instant(i) for i in sorted(set(frames))]
    assert (copies.cuboids.centers == track.cuboids.centers[row]).all()
    assert (copies.cuboids.rotations == track.cuboids.rotations[row]).all()
    assert (copies.sources == track.sources[row]).all()
    assert edited.track("bystander") is labels.track("bystander")


def test_other_boxes_of_the_span_give_way_to_the_copies():
    track = make_track(id="1", n=6, source=Source.INTERPOLATED, box_attributes={"lit": (1, 2, 3, 4, 5, 6)})
    at = [instant(4), instant(1)]
    found = copy_static(make_labels(track), "1", reference_ns=instant(3), at=at).track("1")
    # The box at 2 lay between the copies and is gone, the copied box itself stays.
    assert list(found.timestamps_ns) == [instant(i) for i in (0, 1, 3, 4, 5)]
    np.testing.assert_array_equal(found.cuboids.centers[1], track.cuboids.centers[3])
    assert found.box_attributes["lit"] == (1, 2, 4, 5, 6)


@pytest.mark.parametrize(
    ("edit", "message"),
    [
        (lambda x: attach(x, "1", to="1", reference_ns=instant(0)), "attaching needs two tracks"),
        (lambda x: attach(x, "1", to="9", reference_ns=instant(0)), "no track '9'"),
        (lambda x: attach(x, "1", to="bystander", reference_ns=instant(7)), "track 1 has no box at"),
        (
            lambda x: attach(x, "1", to="bystander", reference_ns=instant(0), span=(instant(8), instant(9))),
            "track bystander has no box from",
        ),
        (lambda x: copy_static(x, "9", reference_ns=instant(0), at=[instant(0)]), "no track '9'"),
        (
            lambda x: copy_static(x, "1", reference_ns=instant(6), at=[instant(0)]),
            f"the nearest is at {instant(4)} ns",
        ),
        (lambda x: copy_static(x, "1", reference_ns=instant(0), at=[]), "one or more integer nanoseconds, got 0"),
        (lambda x: copy_static(x, "1", reference_ns=instant(0), at=[1.5]), "got 1 of float64"),
    ],
)
def test_what_cannot_be_done_is_said(edit, message):
    with pytest.raises(ArgumentError, match=message):
        edit(make_scene(make_track(id="1")))
