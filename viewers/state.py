"""What a session is made of: the tool in hand, a box under the hand, a box on the screen, where to look from."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from sensorann.geometry import Cuboid
from sensorann.scene import Source, Track


class Tool(Enum):
    """What a click on a point does."""

    SELECT = "select"
    CLICK = "one click"
    THREE_CLICKS = "three clicks"


class View(Enum):
    """Where a window looks from; the value is the direction of the eye from what it looks at, forward, left, up."""

    BEHIND = (-1.0, 0.0, 0.6)
    TOP = (-0.001, 0.0, 1.0)
    SIDE = (0.0, -1.0, 0.0)
    FRONT = (1.0, 0.0, 0.0)


@dataclass(frozen=True, eq=False, kw_only=True, slots=True)
class ShownBox:
    """A box of the frame that is looked at.

    Attributes
    ----------
    track : its object
    cuboid : in the frame of the labels; where it is being dragged, as it is dragged
    source : who placed it
    selected : whether its object is
    """

    track: Track
    cuboid: Cuboid
    source: Source
    selected: bool


@dataclass(frozen=True, eq=False, kw_only=True, slots=True)
class Gesture:
    """A box under a person's hand, before it is let go and becomes an edit.

    Attributes
    ----------
    track_id : its object
    cuboid : where it is now, in the frame of the labels
    """

    track_id: str
    cuboid: Cuboid
