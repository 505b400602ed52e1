"""What a session is made of: the tool in hand, a box under the hand, a box on the screen, where to look from."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

from sensorann.geometry import Cuboid
from sensorann.scene import Source, Track

if TYPE_CHECKING:
    from viewers.session import Session


class Tool(Enum):
    """What a click on a point does."""

    SELECT = "select"
    CLICK = "one click"
    THREE_CLICKS = "three clicks"
    IMAGE_BOX = "draw around the object on the picture"
    OUTLINE = "draw the object's 2D box on the picture"
    MEASURE = "measure from click to click"


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


@dataclass(frozen=True, kw_only=True, slots=True)
class Playback:
    """A drive that plays by itself.

    Attributes
    ----------
    speed : seconds of the drive per second of the person
    i_frame : frame that it showed last
    from_ns : instant of the drive at which it began
    since_s : the person's clock then; None before the clock was looked at first
    """

    speed: int
    i_frame: int
    from_ns: int
    since_s: float | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Question:
    """One line of a form.

    Attributes
    ----------
    name : what is asked
    answer : what stands there before the person writes
    choices : what may be answered; anything where there are none
    """

    name: str
    answer: str = ""
    choices: tuple[str, ...] = ()

    def chosen_by(self, key: str, chosen: str) -> str:
        """The choice that a key leads to from another one: Up and Down, or the first letter, again and again."""
        nowhere = 0 if key == "Up" else -1
        here = self.choices.index(chosen) if chosen in self.choices else nowhere
        steps = {"Down": range(1, 2), "Up": range(-1, -2, -1)}.get(key, range(1, len(self.choices) + 1))
        others = [self.choices[(here + step) % len(self.choices)] for step in steps]
        wanted = [one for one in others if key in ("Up", "Down") or one.upper().startswith(key)]
        return wanted[0] if wanted else chosen


@dataclass(frozen=True, eq=False, kw_only=True, slots=True)
class Form:
    """What the person is asked to write; see `viewers.actions.asking`.

    Attributes
    ----------
    title : what it is about
    questions : in order
    done : takes the answers, by the names of their questions
    """

    title: str
    questions: tuple[Question, ...]
    done: Callable[[Session, Mapping[str, str]], None]
