"""What each rule suggests to do about its findings, and why some have nothing to suggest."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

NOTHING = "nothing: "
_ON_PATH = "moved to where its neighbours put it, where those before and after it agree"
_ANEW = "boxes computed anew from those before and after, where these fit together"
_ONE_OF_TWO = NOTHING + "which of the two is wrong neither says; other findings of theirs may"
SUGGESTIONS: Mapping[str, str] = MappingProxyType(
    {
        "heading_flip": "turned by a half or a quarter",
        "heading_jitter": "turned as its neighbours are",
        "identity_switch": "both tracks cut, and their ends exchanged",
        "leap": "cut in two tracks",
        "off_path": _ON_PATH,
        "off_height": _ON_PATH,
        "time_mismatch": _ON_PATH,
        "size_change": "the size of the others",
        "size_drift": "by points: the size whose faces meet them, at all instants",
        "wrong_class": "the category of that size; nothing where no category has it, or the speed alone is wrong",
        "duplicate": "the one with fewer boxes of people, else with fewer boxes, deleted where both overlap",
        "interpenetration": _ONE_OF_TWO,
        "speed": _ANEW,
        "acceleration": _ANEW,
        "jerk": _ANEW,
        "yaw_rate": "turned steadily from the heading before to the one after",
        "side_slip": "turned into its motion",
        "fragment": "joined, and the boxes between computed",
        "gap": "the missing boxes computed, by points where there are any",
        "birth": "by points: followed back as far as it is found",
        "death": "by points: followed on as far as it is found",
        "said_to_stand": "the word taken away",
        "said_to_move": "the word taken away",
        "attribute_clash": "the word taken away that its category or its motion contradicts",
        "picture_mismatch": "the 2D box drawn anew; the box in space moved where that is off its path",
        "not_in_picture": "by points: the 2D box deleted where the object is in its box in space",
        "only_in_picture": "by points: fitted behind its 2D box, and followed both ways",
        "only_in_space": "2D boxes drawn around it",
        "guideline_range": "deleted",
        "guideline_size": NOTHING + "a size within the limits would only hide a wrong box or a wrong category",
        "guideline_speed": NOTHING + "the path or the category is wrong, and nothing says which",
        "guideline_attribute": "said as of its other boxes, where these agree, else taken away",
        "spurious": "deleted",
        "cut_object": "faces moved to the points; the whole box where its size is right",
        "loose_face": "faces moved to the points; the whole box where its size is right",
        "point_time": "moved along its motion by the time between its instant and its points",
        "off_ground": "put on the ground",
        "heading_edges": "turned along the edges",
        "out_of_view": "deleted",
        "guideline_points": "deleted",
        "radar_speed": NOTHING + "a radar says how fast an object comes or goes, and not where its boxes belong",
        "radar_heading": "turned by a half",
        "missing": "fitted as if clicked, and followed both ways",
        "perhaps_missing": "fitted as if clicked, and followed both ways",
    }
)


def suggestion_of(rule: str) -> str:
    """What is suggested about findings of a rule; of the cameras' own, who does it."""
    return SUGGESTIONS.get(rule, NOTHING + "labels are right; `sensorann calibrate` says where the camera sits")
