"""What was drawn so far, and what could not be: counted, and said the first time it happens."""

from __future__ import annotations

import logging
from collections import Counter
from dataclasses import dataclass, field

_log = logging.getLogger(__name__)


@dataclass(frozen=True, eq=False, slots=True)
class Tally:
    """Counts of one run.

    Attributes
    ----------
    pictures : folder (a camera, or ``birdseye``) to number of pictures in it
    missing_images : camera to number of pictures without an image to draw on
    skipped : reason to number of things left out
    """

    pictures: Counter[str] = field(default_factory=Counter)
    missing_images: Counter[str] = field(default_factory=Counter)
    skipped: Counter[str] = field(default_factory=Counter)

    def miss_image(self, camera: str, error: Exception, *, has_points: bool) -> None:
        """Count a picture whose image cannot be had; LiDAR points are drawn in its stead where there are any."""
        if camera not in self.missing_images:
            instead = "LiDAR points are drawn instead" if has_points else "there are no LiDAR points to draw instead"
            _log.warning("%s; %s", error, instead)
        self.missing_images[camera] += 1

    def skip(self, reason: str, error: Exception | None = None) -> None:
        """Count what is left out; an error is told once per reason."""
        if error is not None and reason not in self.skipped:
            _log.warning("%s: %s", reason, error)
        self.skipped[reason] += 1

    def warn(self) -> None:
        """Say at the end how often something was missing or left out."""
        for camera, n in self.missing_images.items():
            _log.warning("%s: %d of %d pictures have no image", camera, n, self.pictures[camera])
        for reason, n in self.skipped.items():
            _log.warning("%d times: %s", n, reason)
