"""Two people at once: fields that only one changed merge, the others are shown and never silently resolved."""

from dataclasses import replace

import numpy as np
import pytest

from sensorann.store import EditConflictError, verify
from tests.builders import make_labels, make_track
from tests.store.edits import moved, resized, x_of


@pytest.fixture(autouse=True)
def imported(anna):
    track = make_track(box_attributes={"occluded": (0,) * 5})
    anna.import_labels(make_labels(replace(track, attributes={"colour": "red"})))


def with_category(track, category):
    return replace(track, category=category)


def with_attribute(track, **attributes):
    return replace(track, attributes={**track.attributes, **attributes})


def occluded(track, *values):
    return replace(track, box_attributes={"occluded": values})


@pytest.mark.parametrize(
    ("first", "second", "outcome"),
    [
        (
            lambda t: moved(t, 0),
            lambda t: moved(t, 1),
            lambda t: x_of(t)[:2] == pytest.approx([11, 11.5]),
        ),
        (
            lambda t: moved(t, 0),
            lambda t: resized(t, 0),
            lambda t: (x_of(t)[0], t.cuboids.sizes[0, 0]) == pytest.approx((11, 4.62)),
        ),
        (
            lambda t: with_category(t, "Van"),
            lambda t: with_attribute(t, parked=True),
            lambda t: (t.category, t.attributes["parked"], t.attributes["colour"]) == ("Van", True, "red"),
        ),
        (
            lambda t: with_attribute(t, doors=4),
            lambda t: with_attribute(t, parked=True),
            lambda t: dict(t.attributes) == {"colour": "red", "doors": 4, "parked": True},
        ),
        (
            lambda t: moved(t, 2),
            lambda t: occluded(t, 0, 0, 3, 0, 0),
            lambda t: (x_of(t)[2], t.box_attributes["occluded"][2]) == pytest.approx((12, 3)),
        ),
        (lambda t: t[1:], lambda t: moved(t, 4), lambda t: len(t) == 4 and x_of(t)[3] == pytest.approx(13)),
        (lambda t: moved(t, 0), lambda t: moved(t, 0), lambda t: x_of(t)[0] == pytest.approx(11)),
        (lambda t: t[1:], lambda t: t[1:], lambda t: len(t) == 4),
    ],
    ids=[
        "two boxes",
        "place and size of a box",
        "category and attribute",
        "two attributes",
        "place and attribute of a box",
        "a box deleted, another moved",
        "the same twice",
        "the same box deleted twice",
    ],
)
def test_changes_of_different_things_merge(anna, ben, first, second, outcome):
    seen_by_anna, seen_by_ben = anna.track("drive", "1"), ben.track("drive", "1")
    anna.edit(seen_by_anna, first(seen_by_anna.track))
    merged = ben.edit(seen_by_ben, second(seen_by_ben.track))
    assert outcome(merged.track)
    assert outcome(anna.track("drive", "1").track)
    assert verify(anna).faults == ()


@pytest.mark.parametrize(
    ("first", "second", "field", "theirs"),
    [
        (lambda t: moved(t, 0), lambda t: moved(t, 0, by=(0, 2, 0)), "center", [11.0, 0.0, 0.75]),
        (lambda t: with_category(t, "Van"), lambda t: with_category(t, "Truck"), "category", "Van"),
        (
            lambda t: with_attribute(t, colour="blue"),
            lambda t: with_attribute(t, colour="green"),
            "attributes.colour",
            "blue",
        ),
        (lambda t: occluded(t, 1, 0, 0, 0, 0), lambda t: occluded(t, 2, 0, 0, 0, 0), "attributes.occluded", 1),
        (lambda t: t[1:], lambda t: moved(t, 0), "presence", None),
    ],
    ids=["center", "category", "attribute", "attribute of a box", "deleted and moved"],
)
def test_two_values_for_one_field_are_a_conflict(anna, ben, first, second, field, theirs):
    seen_by_anna, seen_by_ben = anna.track("drive", "1"), ben.track("drive", "1")
    anna.edit(seen_by_anna, first(seen_by_anna.track))
    with pytest.raises(EditConflictError, match="load it again and decide") as caught:
        ben.edit(seen_by_ben, second(seen_by_ben.track))
    (conflict,) = caught.value.conflicts
    assert (conflict.object_id, conflict.field, conflict.theirs) == ("1", field, theirs)
    assert conflict.seen != conflict.mine != conflict.theirs
    assert verify(anna).n_events == 2


def test_a_conflict_shows_both_versions_and_who_was_faster(anna, ben):
    seen = ben.track("drive", "1")
    anna.edit(anna.track("drive", "1"), moved(seen.track, 0))
    with pytest.raises(EditConflictError) as caught:
        ben.edit(seen, moved(resized(seen.track, [0, 1]), 0, by=(-1, 0, 0)))
    (conflict,) = caught.value.conflicts
    assert (conflict.seen[0], conflict.mine[0], conflict.theirs[0], conflict.event) == (10, 9, 11, 2)
    # Nothing of the edit was written, not even what would have merged.
    np.testing.assert_array_equal(anna.track("drive", "1").track.cuboids.sizes, seen.track.cuboids.sizes)


def test_no_box_is_left_without_its_object(anna, ben):
    seen = ben.track("drive", "1")
    with_more = make_track(n=6, box_attributes={"occluded": (0,) * 6})
    anna.edit(anna.track("drive", "1"), replace(with_more, attributes=seen.track.attributes))
    with pytest.raises(EditConflictError, match="presence was absent, you want absent, it was changed to a box"):
        ben.delete(seen)
    anna.delete(anna.track("drive", "1"))
    with pytest.raises(EditConflictError, match="presence"):
        ben.edit(seen, replace(make_track(n=7, box_attributes={"occluded": (0,) * 7}), attributes={"colour": "red"}))
    assert verify(anna).faults == ()
