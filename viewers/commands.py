"""The actions that a key can do, by name, with what the help says of them."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from functools import partial
from types import MappingProxyType
from typing import NamedTuple

from viewers.actions import (
    asking,
    assigned,
    history,
    image_boxes,
    looking,
    objects,
    placing,
    playing,
    remarks,
    reviewing,
    shaping,
    showing,
)
from viewers.looks import Part
from viewers.session import Session
from viewers.state import Tool, View

# Steps of one key press, metres and radians.
STEP, FACE_STEP = 0.1, 0.05
SMALL_TURN, TURN = math.radians(1), math.radians(5)
LEAP = 10


class Command(NamedTuple):
    """An action that needs nothing but the session.

    Attributes
    ----------
    text : what it does, in the words of the help
    run : does it
    """

    text: str
    run: Callable[[Session], None]


def _faces() -> dict[str, Command]:
    """Commands that move each face out and in."""
    faces = {"front": (0, 1), "rear": (0, -1), "left": (1, 1), "right": (1, -1), "top": (2, 1), "bottom": (2, -1)}
    return {
        f"{name}_{way}": Command(
            f"{name} face {way}",
            partial(shaping.move_face, axis=axis, sign=sign, by=FACE_STEP if way == "out" else -FACE_STEP),
        )
        for name, (axis, sign) in faces.items()
        for way in ("out", "in")
    }


COMMANDS: Mapping[str, Command] = MappingProxyType(
    {
        "next_frame": Command("next frame", partial(looking.step_frames, n_frames=1)),
        "previous_frame": Command("previous frame", partial(looking.step_frames, n_frames=-1)),
        "leap_forward": Command(f"{LEAP} frames on", partial(looking.step_frames, n_frames=LEAP)),
        "leap_back": Command(f"{LEAP} frames back", partial(looking.step_frames, n_frames=-LEAP)),
        "first_frame": Command("first frame", lambda session: session.go_to(0)),
        "last_frame": Command("last frame", lambda session: session.go_to(len(session.frames) - 1)),
        "jump": Command("go to the frame whose correction is worth most", objects.look_for_doubt),
        "play": Command("play, or stop", playing.toggle),
        "faster": Command("play faster, up to 8x", partial(playing.change_speed, by=1)),
        "slower": Command("play slower", partial(playing.change_speed, by=-1)),
        "next_object": Command("select the next object", partial(looking.step_objects, n_objects=1)),
        "previous_object": Command("select the previous object", partial(looking.step_objects, n_objects=-1)),
        "let_go": Command("lay down the tool; without one, select nothing", looking.let_go),
        "hide": Command("hide what is selected", looking.hide),
        "isolate": Command("show only what is selected, or all", looking.isolate),
        "show_all": Command("show everything", looking.show_all),
        "filter": Command("show only objects with some words", asking.ask_filter),
        "lock": Command("lock what is selected, or free it", looking.lock),
        "one_click": Command("create: click the object", partial(looking.use_tool, tool=Tool.CLICK)),
        "three_clicks": Command(
            "create: click rear and front corner, then the other side",
            partial(looking.use_tool, tool=Tool.THREE_CLICKS),
        ),
        "image_box": Command(
            "create: draw around the object on the picture", partial(looking.use_tool, tool=Tool.IMAGE_BOX)
        ),
        "outline": Command(
            "draw the selected object's 2D box on the picture", partial(looking.use_tool, tool=Tool.OUTLINE)
        ),
        "measure": Command("measure: click two points", partial(looking.use_tool, tool=Tool.MEASURE)),
        "forward": Command("move forward; over a close-up, up in it", partial(shaping.push, up=STEP)),
        "back": Command("move back; over a close-up, down in it", partial(shaping.push, up=-STEP)),
        "left": Command("move left, also in the close-up under the pointer", partial(shaping.push, right=-STEP)),
        "right": Command("move right, also in the close-up under the pointer", partial(shaping.push, right=STEP)),
        "up": Command("move up", partial(shaping.move, up=STEP)),
        "down": Command("move down", partial(shaping.move, up=-STEP)),
        "turn_left_a_little": Command("turn left by 1 degree", partial(shaping.turn, angle=SMALL_TURN)),
        "turn_right_a_little": Command("turn right by 1 degree", partial(shaping.turn, angle=-SMALL_TURN)),
        "turn_left": Command("turn left by 5 degrees", partial(shaping.turn, angle=TURN)),
        "turn_right": Command("turn right by 5 degrees", partial(shaping.turn, angle=-TURN)),
        "quarter_turn": Command("turn left by 90 degrees", partial(shaping.turn, angle=math.pi / 2)),
        "flip": Command("front and rear change places", shaping.flip),
        **_faces(),
        "numbers": Command("type place, size and heading", asking.ask_numbers),
        "snap": Command("snap to the points, size kept", shaping.snap),
        "snap_size": Command("snap to the points, size too", partial(shaping.snap, lock_size=False)),
        "snap_all": Command("snap in all frames of the object, with one size", shaping.snap_all_frames),
        "to_ground": Command("stand on the ground", shaping.to_ground),
        "copy_next": Command(
            "copy to the next frame, still in the world", partial(placing.copy_to_neighbour, n_frames=1)
        ),
        "copy_previous": Command(
            "copy to the previous frame, still in the world", partial(placing.copy_to_neighbour, n_frames=-1)
        ),
        "copy_next_along": Command(
            "copy to the next frame, driving along", partial(placing.copy_to_neighbour, n_frames=1, along="ego")
        ),
        "copy_previous_along": Command(
            "copy to the previous frame, driving along", partial(placing.copy_to_neighbour, n_frames=-1, along="ego")
        ),
        "key": Command("make the box a keyframe, or leave it to the machine", objects.toggle_key),
        "interpolate": Command("fill this object between its keyframes", objects.interpolate_object),
        "interpolate_all": Command("fill all objects between their keyframes", objects.interpolate_all),
        "points": Command("interpolation follows the points, or not", looking.toggle_points),
        "stand_still": Command("the box holds in all frames of the object: it stands still", objects.stand_still),
        "extend": Command("fill this object and follow it beyond its keyframes", objects.extend),
        "merge": Command("merge the two selected objects", objects.merge),
        "split": Command("another object from this frame on", objects.split),
        "relink": Command("boxes from here on belong to the second selected object", objects.relink),
        "delete_box": Command("delete the box in this frame", objects.delete_box),
        "delete_from_here": Command("delete the object's boxes from this frame on", objects.delete_from_here),
        "delete_object": Command("delete the object", objects.delete_object),
        "delete_image_box": Command("delete its 2D box on the large picture", image_boxes.delete_image_box),
        "delete_proposals": Command("delete proposals that nobody touched", asking.ask_proposals),
        "category": Command("say what it is", asking.ask_category),
        "attribute": Command("say something of the object or the box", asking.ask_attribute),
        "tag": Command("tag the frame or the drive", asking.ask_tag),
        "event": Command("an event begins here; the second time, it ends here", asking.mark_event),
        "comment": Command("comment on the object", asking.ask_comment),
        "resolve": Command("settle the comments on the object", remarks.resolve),
        "check": Command("review: look for errors", reviewing.look_for_errors),
        "next_finding": Command("review: next finding", partial(reviewing.step_findings, n_findings=1)),
        "previous_finding": Command("review: previous finding", partial(reviewing.step_findings, n_findings=-1)),
        "next_assigned": Command("review: next object to look at", partial(assigned.step_assigned, n_objects=1)),
        "previous_assigned": Command(
            "review: previous object to look at", partial(assigned.step_assigned, n_objects=-1)
        ),
        "mend": Command("review: repair what was found", reviewing.mend),
        "dismiss": Command("review: the finding is no error", reviewing.dismiss),
        "accept": Command("review: accept the object", partial(remarks.review, verdict="accept")),
        "reject": Command("review: reject the object", partial(remarks.review, verdict="reject")),
        "top_view": Command("look from above", partial(looking.look_from, view=View.TOP)),
        "side_view": Command("look from the right", partial(looking.look_from, view=View.SIDE)),
        "front_view": Command("look from the front", partial(looking.look_from, view=View.FRONT)),
        "usual_view": Command("look from behind", partial(looking.look_from, view=View.BEHIND)),
        "world": Command("the view stays in the world, or goes along", showing.keep_the_place),
        "coloring": Command("points by height, intensity, LiDAR, camera picture, object, age", showing.next_coloring),
        "merge_sweeps": Command("merge 1, 5, 11 or 21 sweeps", showing.merge_sweeps),
        "point_filter": Command("all points, those in boxes, those outside", showing.next_filter),
        "rings": Command("rings of distance and a grid", partial(showing.switch, part=Part.RINGS)),
        "halo": Command("doubt around computed boxes", partial(showing.switch, part=Part.HALO)),
        "radar": Command("radar returns", partial(showing.switch, part=Part.RADAR)),
        "sources": Command("boxes by object, or by who placed them", partial(showing.switch, part=Part.SOURCES)),
        "names": Command("ids and categories at the boxes", partial(showing.switch, part=Part.NAMES)),
        "next_camera": Command("next camera", showing.next_camera),
        "pictures": Command("camera pictures", partial(showing.switch, part=Part.PICTURES)),
        "overlay": Command("LiDAR points over the pictures", partial(showing.switch, part=Part.OVERLAY)),
        "close_ups": Command("close-ups of the selected box", partial(showing.switch, part=Part.CLOSE_UPS)),
        "before": Command(
            "the selected box before its last change, beside it", partial(showing.switch, part=Part.BEFORE)
        ),
        "batch": Command("the selected object in many frames", partial(showing.switch, part=Part.BATCH)),
        "paths": Command("show the way of what is selected, or not", looking.toggle_paths),
        "larger_points": Command("larger points", partial(looking.change_point_size, by=1)),
        "smaller_points": Command("smaller points", partial(looking.change_point_size, by=-1)),
        "help": Command("show or hide this help", looking.toggle_help),
        "leave": Command("close the viewer; there is nothing to save", looking.leave),
        "undo": Command("undo", history.undo),
        "redo": Command("redo", history.redo),
        "reload": Command("see what others changed (your own edits are safe already)", Session.reload),
    }
)
