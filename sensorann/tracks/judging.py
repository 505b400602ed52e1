"""Which keyframes of a track are misplaced: what is seen around them, and where the rest of the track leads."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from sensorann.fitting.template import View
from sensorann.scene import Motion
from sensorann.tracks.clouds import Clouds
from sensorann.tracks.following import Gap, Measured
from sensorann.tracks.left_out import Place, place_without, surprise
from sensorann.tracks.misplaced import LARGE, NEAREST, offset_of_object

# Chi-squares of two degrees of freedom. A track is followed without a keyframe where a frame beside that is more of a
# surprise than the first, which is seldom; the keyframe is misplaced beyond the second.
MOST_EXPECTED, LEAST_MISPLACED = 1.0, 16.0
SURE_SIGMAS = 2.0


class Judge:
    """The keyframes of one track, judged one after the other.

    Parameters
    ----------
    keyframes : of the whole track
    motion : motion class
    """

    def __init__(self, keyframes: Measured, motion: Motion) -> None:
        self._keyframes, self._motion = keyframes, motion
        self._suspects: dict[int, float] = {}

    def look(
        self,
        instant: np.int64,
        gaps: Sequence[Gap],
        clouds: Sequence[Clouds],
        known: Measured,
        others: Sequence[View],
    ) -> None:
        """Judge one keyframe.

        Parameters
        ----------
        instant : of the keyframe
        gaps, clouds : before and after it, or the only one there is
        known : keyframes of the track, and what was measured so far
        others : what other keyframes show
        """
        if self._motion not in LARGE:
            return
        if max(surprise(gap, known, motion=self._motion) for gap in gaps) <= MOST_EXPECTED:
            return  # nothing to explain, and to look around every keyframe takes long
        k = int(np.flatnonzero(gaps[-1].timestamps_ns == instant)[0])
        beside = offset_of_object(gaps[-1], clouds[-1], k, others, motion=self._motion) > 0
        place = place_without(int(instant), gaps, clouds, self._keyframes, others, motion=self._motion)
        if place is not None and _is_away(place):
            self._suspects[int(instant)] = place.chi_square
        elif beside and not (place is not None and _is_there(place)):
            self._suspects[int(instant)] = 0.0

    def misplaced(self) -> list[int]:
        """Instants of the keyframes that are misplaced.

        One that is leads astray what is followed from it: next to a keyframe that is contradicted more, no other is
        accused.
        """
        times = self._keyframes.timestamps_ns
        against = np.array([self._suspects.get(int(instant), -1.0) for instant in times])
        beyond = np.pad(against, 1, constant_values=-1.0)
        worse = np.maximum(beyond[:-2], beyond[2:]) > against
        return [int(instant) for instant in times[(against >= 0.0) & ~worse]]


def _is_away(place: Place) -> bool:
    return place.believed and place.distance > NEAREST and place.chi_square > LEAST_MISPLACED


def _is_there(place: Place) -> bool:
    """Tell whether an object is for sure nearer than what counts as misplaced."""
    return place.distance + SURE_SIGMAS * place.sigma < NEAREST
