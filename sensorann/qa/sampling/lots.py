"""What is sampled: the objects of one or many drives, by kind, each with a fingerprint of what it is now."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal, get_args

import numpy as np

from sensorann.errors import ArgumentError
from sensorann.qa.pairing import category_name
from sensorann.qa.ranges import RANGES, ranges_of
from sensorann.qa.sampling.drawing import stratified
from sensorann.qa.sampling.plans import Plan, SequentialPlan, SinglePlan
from sensorann.scene import Drive, Labels, Source, Track

Stratum = Literal["class", "range", "source"]
STRATA: tuple[Stratum, ...] = get_args(Stratum)


@dataclass(frozen=True, kw_only=True, slots=True)
class Item:
    """An object that may be looked at.

    Attributes
    ----------
    drive, object : names
    kind : its stratum, such as ``car, 0-20 m, human``
    fingerprint : SHA-256 of its boxes, category and attributes
    """

    drive: str
    object: str
    kind: str
    fingerprint: str

    @property
    def key(self) -> tuple[str, str]:
        """Drive and object."""
        return self.drive, self.object


@dataclass(frozen=True, kw_only=True, slots=True)
class Sample:
    """Objects to look at, and what decides.

    Attributes
    ----------
    plan : how many, and how many may be wrong
    good, bad : share of wrong objects that should be accepted, and one that should not
    items : in the order in which they are looked at
    population : number of objects by kind, in all drives
    by : what kinds are made of
    seed : of the draw
    n_drives : drives that were drawn first, whose objects alone were drawn; None where objects of all drives were
    """

    plan: Plan
    good: float
    bad: float
    items: tuple[Item, ...]
    population: Mapping[str, int]
    by: tuple[Stratum, ...]
    seed: int
    n_drives: int | None = None


def lot_of(drive: str, labels: Labels, *, by: Collection[Stratum] = (), recording: Drive | None = None) -> list[Item]:
    """Objects of a drive, boxless ones left out.

    Parameters
    ----------
    drive, labels : name and labels
    by : class, range (of the box nearest to the vehicle) and source (of most boxes) part the objects into kinds
    recording : its ego poses are needed for ranges of labels in the world frame

    Raises
    ------
    ArgumentError
        When ranges are asked for without ego poses.
    """
    return [
        Item(
            drive=drive,
            object=track.id,
            kind=", ".join(_kind(labels, track, part, recording) for part in STRATA if part in by) or "object",
            fingerprint=fingerprint(track),
        )
        for track in labels.tracks
        if len(track)
    ]


def drawn(
    lot: Sequence[Item],
    plan: Plan,
    *,
    good: float,
    bad: float,
    by: Collection[Stratum] = (),
    seed: int = 0,
    n_drives: int | None = None,
) -> Sample:
    """Draw what a plan looks at, from every kind its share.

    Parameters
    ----------
    lot : all objects
    plan, good, bad, by, seed : see `Sample`
    n_drives : draw so many drives first and only objects of these: fewer drives to open, and a wider interval

    Raises
    ------
    ArgumentError
        When there is nothing to draw from, or a fixed plan is larger than the lot.
    """
    if not lot:
        raise ArgumentError("there are no objects to look at")
    drives = list(dict.fromkeys(item.drive for item in lot))
    if n_drives is not None:
        chosen = {drives[number] for number in stratified([""] * len(drives), n_drives, seed=seed)}
    within = lot if n_drives is None else [item for item in lot if item.drive in chosen]
    size = plan.n if isinstance(plan, SinglePlan) else min(plan.n_max or len(within), len(within))
    kinds = [item.kind for item in lot]
    return Sample(
        plan=plan,
        good=good,
        bad=bad,
        items=tuple(within[number] for number in stratified([item.kind for item in within], size, seed=seed)),
        population={kind: kinds.count(kind) for kind in sorted(set(kinds))},
        by=tuple(part for part in STRATA if part in by),
        seed=seed,
        n_drives=n_drives,
    )


def fingerprint(track: Track) -> str:
    """SHA-256 of what a person looks at: boxes, category, attributes. Sigmas, sources and the id are not seen."""
    said = {
        "category": track.category,
        "attributes": dict(track.attributes),
        "box_attributes": {name: list(values) for name, values in track.box_attributes.items()},
    }
    digest = hashlib.sha256(json.dumps(said, sort_keys=True).encode())
    boxes = track.cuboids
    for column in (track.timestamps_ns, boxes.centers, boxes.sizes, boxes.rotations):
        digest.update(np.ascontiguousarray(column).tobytes())
    return digest.hexdigest()


def sample_body(sample: Sample) -> dict[str, Any]:
    """Write a sample as JSON values."""
    kind = "single" if isinstance(sample.plan, SinglePlan) else "sequential"
    return {**asdict(sample), "plan": {"kind": kind, **asdict(sample.plan)}, "items": [asdict(i) for i in sample.items]}


def sample_of(body: Mapping[str, Any]) -> Sample:
    """Read what `sample_body` wrote."""
    terms = {name: value for name, value in body["plan"].items() if name != "kind"}
    plan: Plan = SinglePlan(**terms) if body["plan"]["kind"] == "single" else SequentialPlan(**terms)
    return Sample(
        plan=plan,
        good=body["good"],
        bad=body["bad"],
        items=tuple(Item(**item) for item in body["items"]),
        population=dict(body["population"]),
        by=tuple(body["by"]),
        seed=body["seed"],
        n_drives=body["n_drives"],
    )


def _kind(labels: Labels, track: Track, part: Stratum, recording: Drive | None) -> str:
    if part == "class":
        return category_name(labels, track.category)
    if part == "range":
        return RANGES[int(ranges_of(track, recording).min())]
    return Source(int(np.bincount(track.sources).argmax())).label
