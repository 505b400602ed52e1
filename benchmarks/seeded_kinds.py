"""Kinds and sizes of errors that are sown, and the rules that call them by their name."""

from __future__ import annotations

from benchmarks.seeding import Seed
from benchmarks.seeding_boxes import delayed, drifted, jolted, renamed, resized, shifted, turned
from benchmarks.seeding_identities import cut, doubled, emptied, pressed, switched
from benchmarks.seeding_pictures import only_pictured, shifted_pictures, unpictured
from benchmarks.seeding_points import (
    at_points,
    drifted_track,
    hidden_behind,
    invented,
    removed,
    resized_track,
    shifted_box,
    shifted_track,
    slowed,
    turned_track,
)
from benchmarks.seeding_words import far, flying, giant, racing, said, unruly
from sensorann.scene import Motion

VEHICLE, CYCLE, PEOPLE = Motion.VEHICLE, Motion.TWO_WHEELER, Motion.PEDESTRIAN
ON_PATH = ("off_path", "time_mismatch")
# Kind, size, rules that call it by its name, and how it is sown.
Kind = tuple[str, str, tuple[str, ...], Seed]
KINDS: tuple[Kind, ...] = (
    ("heading flip", "180 deg, one box", ("heading_flip",), turned("heading flip", 180, 1)),
    ("heading flip", "180 deg, ten boxes", ("heading_flip",), turned("heading flip", 180, 10)),
    ("heading flip", "180 deg, moving track", ("heading_flip",), turned("heading flip", 180, 0, VEHICLE, CYCLE)),
    ("heading flip", "90 deg, one box", ("heading_flip",), turned("heading flip", 90, 1)),
    ("heading", "10 deg, one box", ("heading_jitter",), turned("heading", 10, 1, VEHICLE, CYCLE)),
    ("heading", "20 deg, one box", ("heading_jitter",), turned("heading", 20, 1, VEHICLE, CYCLE)),
    ("identity switch", "1 to 4 m apart", ("identity_switch",), switched("identity switch", 1.0, 4.0)),
    ("identity switch", "4 to 12 m apart", ("identity_switch",), switched("identity switch", 4.0, 12.0)),
    ("duplicate", "0.1 m, track", ("duplicate",), doubled("duplicate", 0.1, 0)),
    ("duplicate", "0.3 m, track", ("duplicate",), doubled("duplicate", 0.3, 0)),
    ("duplicate", "0.3 m, five boxes", ("duplicate",), doubled("duplicate", 0.3, 5)),
    ("interpenetration", "15 % of the length", ("interpenetration",), pressed("interpenetration", 0.15)),
    ("centre shift", "0.3 m, one box", ON_PATH, shifted("centre shift", 0.3, 1)),
    ("centre shift", "0.5 m, one box", ON_PATH, shifted("centre shift", 0.5, 1)),
    ("centre shift", "1.0 m, one box", ON_PATH, shifted("centre shift", 1.0, 1)),
    ("centre shift", "0.5 m, five boxes", ON_PATH, shifted("centre shift", 0.5, 5)),
    ("height shift", "0.3 m, one box", ("off_height",), shifted("height shift", 0.3, 1, up=True)),
    ("time mismatch", "50 ms above 8 m/s", ("time_mismatch",), delayed("time mismatch", 0.05, 8.0)),
    ("time mismatch", "100 ms above 8 m/s", ("time_mismatch",), delayed("time mismatch", 0.1, 8.0)),
    ("size change", "8 %, one box", ("size_change",), resized("size change", 0.08, 1)),
    ("size change", "15 %, one box", ("size_change",), resized("size change", 0.15, 1)),
    ("size change", "15 %, five boxes", ("size_change",), resized("size change", 0.15, 5)),
    ("size drift", "10 % over the track", ("size_drift", "size_change"), drifted("size drift", 0.10)),
    ("wrong class", "car as pedestrian", ("wrong_class",), renamed("wrong class", ("car",), "Pedestrian")),
    ("wrong class", "car as truck", ("wrong_class",), renamed("wrong class", ("car",), "Truck")),
    ("wrong class", "person as cyclist", ("wrong_class",), renamed("wrong class", ("pedestrian",), "Cyclist")),
    ("wrong class", "cyclist as car", ("wrong_class",), renamed("wrong class", ("cyclist",), "Car")),
    ("fragment", "no box lost", ("fragment",), cut("fragment", 0)),
    ("fragment", "five boxes lost", ("fragment",), cut("fragment", 5)),
    ("gap", "5 boxes", ("gap",), emptied("gap", 5)),
    ("gap", "10 boxes", ("gap",), emptied("gap", 10)),
    ("jerk", "+12, then -12 m/s2", ("jerk", "acceleration"), jolted("jerk", 12.0)),
    ("attribute", "parked, and moves", ("said_to_stand",), said("attribute", {"state": "parked"}, moving=True)),
    ("attribute", "moving, and stands", ("said_to_move",), said("attribute", {"state": "moving"}, moving=False)),
    (
        "attribute",
        "of a pedestrian",
        ("attribute_clash",),
        said("attribute", {"pedestrian.standing": True}, moving=False),
    ),
    ("guideline", "unknown value", ("guideline_attribute",), unruly("guideline", flying)),
    ("guideline", "too large", ("guideline_size",), unruly("guideline", giant)),
    ("guideline", "too far", ("guideline_range",), unruly("guideline", far)),
    ("guideline", "too fast", ("guideline_speed",), unruly("guideline", racing)),
    ("end", "10 boxes and all that follow", ("death",), emptied("end", 10, at_end=True)),
)
KINDS_WITH_PICTURES: tuple[Kind, ...] = (
    ("2D box", "40 % of its width aside, one box", ("picture_mismatch",), shifted_pictures("2D box", 0.4, 1)),
    ("2D box", "40 % of its width aside, ten boxes", ("picture_mismatch",), shifted_pictures("2D box", 0.4, 10)),
    ("2D box", "none in a whole track", ("only_in_space",), unpictured("2D box")),
    ("2D box", "nothing in space", ("only_in_picture",), only_pictured("2D box")),
    ("2D box", "object behind the vehicle", ("not_in_picture",), hidden_behind("2D box")),
)
FACES = ("cut_object", "loose_face")
KINDS_WITH_POINTS: tuple[Kind, ...] = (
    ("missing object", "vehicle, 50 points in 3 frames", ("missing",), removed("missing", Motion.VEHICLE)),
    (
        "missing object",
        "person or cyclist, the same",
        ("missing", "perhaps_missing"),
        removed("missing", CYCLE, PEOPLE),
    ),
    ("spurious", "5 boxes on free road", ("spurious",), invented("spurious", 5)),
    ("centre shift", "0.5 m, one box, 50 points", (*ON_PATH, *FACES), shifted_box("centre shift", 0.5)),
    ("centre shift", "0.5 m, whole vehicle track", FACES, shifted_track("centre shift", 0.5)),
    ("looseness", "15 % of length and width, whole vehicle track", FACES, resized_track("looseness", 0.15)),
    ("heading", "15 deg, whole vehicle track", ("heading_edges",), turned_track("heading", 15.0)),
    ("unseen", "on the other side of the vehicle", ("out_of_view",), hidden_behind("unseen")),
    ("radar", "half as fast as measured", ("radar_speed",), slowed("radar", 0.5)),
    ("radar", "moving track turned by 180 deg", ("radar_heading",), turned_track("radar", 180.0)),
    ("time mismatch", "0.3 m and more, boxes where points were", ("point_time",), at_points("time mismatch", 0.3)),
    ("size drift", "10 % over a well seen track", ("size_drift", "size_change"), drifted_track("size drift", 0.1)),
    ("floating", "0.5 m up or down, whole vehicle track", ("off_ground",), shifted_track("floating", 0.5, up=True)),
)
