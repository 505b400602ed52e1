"""What nuScenes tables have no place for: counted while they are written, said in one warning."""

from __future__ import annotations

import logging
from collections import Counter
from pathlib import Path

import numpy as np

from sensorann.formats.nuscenes.export import SensorExport
from sensorann.formats.nuscenes.plan import SamplePlan
from sensorann.scene import Attribute, Labels, Source

UNDERSTOOD_ATTRIBUTES = ("visibility", "num_lidar_pts", "num_radar_pts")

logger = logging.getLogger(__name__)


class Losses:
    """Counts what is lost.

    Attributes
    ----------
    n_between : boxes at instants that are no sample
    n_uncounted : boxes whose points could not be counted, since no sweep is there
    """

    def __init__(self, labels: Labels) -> None:
        self._labels = labels
        self._own_words: Counter[str] = Counter()
        self.n_between = 0
        self.n_uncounted = 0

    def spelled(self, category: str, n_boxes: int) -> str:
        """Spell a category as nuScenes does; its own name, counted, where there is no word for it."""
        ontology = self._labels.ontology
        spelled = ontology.spelled(category, "nuscenes") if category in ontology else None
        if spelled is None:
            self._own_words[category] += n_boxes
        return spelled or category

    def say(self, path: Path, plan: SamplePlan, export: SensorExport) -> None:
        """Warn once, about everything that was lost; not at all when nothing was."""
        parts = [*self._of_boxes(), *self._of_labels(), *_of_sensors(plan, export)]
        if parts:
            logger.warning("%s: nuScenes tables cannot hold everything: %s", path, "; ".join(parts))

    def _of_boxes(self) -> list[str]:
        parts = []
        tracks = self._labels.tracks
        n_sources = sum(int((track.sources != Source.IMPORTED).sum()) for track in tracks)
        n_sigmas = sum(int(np.isfinite(track.sigmas).any(axis=1).sum()) for track in tracks)
        if self.n_between:
            parts.append(f"{self.n_between} boxes at instants that are no frame of the drive are left out")
        if n_sources or n_sigmas:
            parts.append(f"the source of {n_sources} boxes and the sigma of {n_sigmas} are lost")
        if self._own_words:
            words = ", ".join(f"{name} ({n} boxes)" for name, n in sorted(self._own_words.items()))
            parts.append(f"categories that nuScenes has no word for keep their own name: {words}")
        if self.n_uncounted:
            parts.append(
                f"{self.n_uncounted} boxes have no sweep to count points in: their counts are 0 or as imported"
            )
        return parts

    def _of_labels(self) -> list[str]:
        labels = self._labels
        names = Counter(
            name
            for track in labels.tracks
            for name, values in track.box_attributes.items()
            if name not in UNDERSTOOD_ATTRIBUTES
            for value in values
            if not_expressible(value)
        )
        names.update(f"{name} (of the object)" for track in labels.tracks for name in track.attributes)
        parts = []
        if names:
            listed = ", ".join(f"{name} ({n})" for name, n in sorted(names.items()))
            parts.append(f"attributes with values are lost: {listed}")
        for name, things in (
            ("image tracks", labels.image_tracks),
            ("events", labels.events),
            ("relations", labels.relations),
            ("tags", labels.tags),
        ):
            if things:
                parts.append(f"{len(things)} {name} are lost")
        return parts


def not_expressible(value: Attribute | None) -> bool:
    """Tell whether an attribute's value is more than that the box has the attribute or not."""
    return value is not None and not isinstance(value, bool)


def _of_sensors(plan: SamplePlan, export: SensorExport) -> list[str]:
    parts = []
    if plan.n_without_pose:
        parts.append(f"{plan.n_without_pose} frames outside the ego trajectory are left out")
    if plan.n_unused:
        parts.append(f"{plan.n_unused} measurements that belong to no sample are left out")
    silent = [name for name, measurements in plan.measurements.items() if not measurements]
    if silent:
        parts.append(f"sensors that measured nothing are left out: {', '.join(silent)}")
    if plan.stands_still:
        parts.append("the drive has no ego poses: the ego frame is written as the global frame")
    if export.n_absent:
        parts.append(f"{export.n_absent} sensor files are absent, their rows name files that do not exist")
    if export.n_undistorted:
        parts.append(f"the lens distortion of {export.n_undistorted} pictures was removed and they were encoded anew")
    if export.lost_fields:
        parts.append(f"the values per point {', '.join(sorted(export.lost_fields))} are lost")
    return parts
