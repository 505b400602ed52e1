"""What several labellings say together: one track for every object that enough people labelled."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from sensorann.errors import ArgumentError
from sensorann.qa.agreement.fusing import Fused, fused
from sensorann.qa.agreement.gathering import Gathered, gather
from sensorann.qa.agreement.units import units_of
from sensorann.qa.agreement.voting import (
    Vote,
    merged_attributes,
    merged_box_attributes,
    merged_sources,
    vote_on_category,
)
from sensorann.scene import Labels, Track, unknown_sigmas

Reason = Literal["votes", "overlap", "category", "heading"]
# Objects whose boxes overlap this much more than they must are not looked at again.
_COMFORT = 1.25


@dataclass(frozen=True, kw_only=True, slots=True)
class Dispute:
    """Something about an object that somebody has to decide.

    Attributes
    ----------
    object : its id in the consensus; None where it is not in it
    reason : too few ``votes``, too little ``overlap``, no majority for one ``category`` or ``heading``
    parents : ``person:id`` of every track of it
    timestamp_ns : where it is worst
    value, limit : what was measured, and what would have been enough
    """

    object: str | None
    reason: Reason
    parents: tuple[str, ...]
    timestamp_ns: int
    value: float
    limit: float


@dataclass(frozen=True, eq=False, kw_only=True, slots=True)
class Consensus:
    """What several people say together.

    Attributes
    ----------
    labels : an object for each that enough people labelled. Attributes name its parents and how far they differ:
        ``consensus_parents``, ``adjudicate`` (reasons of disputes); of boxes ``consensus_votes``, ``consensus_iou``
        (least overlap of two parents), ``consensus_center_m`` and ``consensus_yaw_deg`` (of the farthest parent)
    disputes : what is open, objects of too few votes first
    n_left_out : boxes at instants at which nobody else says anything
    """

    labels: Labels
    disputes: tuple[Dispute, ...]
    n_left_out: int


def consensus(
    labellings: Mapping[str, Labels],
    *,
    quorum: int | None = None,
    weights: Mapping[str, float] | None = None,
    min_iou: float | None = None,
) -> Consensus:
    """Merge the labellings of one drive.

    Tracks are joined to objects (`clusters_of`). Where enough people have a box, its centre is their geometric median,
    its edges are medians, its heading a median of axes with a vote on the front. Category, attributes and source are
    voted on. Image tracks, events, relations and tags are not merged.

    Parameters
    ----------
    labellings : by the name of who made them, in one frame
    quorum : people who must have a box; more than half of those who labelled the instant when not given
    weights : of people, by how right they usually are; equal when not given
    min_iou : see `gather`

    Raises
    ------
    ArgumentError
        When the quorum cannot be reached, weights are missing or not above 0, or see `gather`.
    """
    if quorum is not None and not 1 <= quorum <= len(labellings):
        raise ArgumentError(f"the quorum of {len(labellings)} labellings is 1 to {len(labellings)}, got {quorum}")
    voices = _voices(tuple(labellings), weights)
    gathered = gather(labellings, min_iou=min_iou)
    units = units_of(gathered)
    votes, needed = (units >= 0).sum(axis=1), _needed(gathered, units, quorum)
    objects = gathered.objects[units.max(axis=1)]
    tracks: list[Track] = []
    disputes: list[Dispute] = []
    for number in range(gathered.n_objects):
        own = objects == number
        agreed = own & (votes >= needed)
        if agreed.any():
            track, open_ = _merged(gathered, units[agreed], voices, track_id=str(len(tracks) + 1))
            tracks.append(track)
            disputes += open_
        else:
            disputes.append(_outvoted(gathered, units[own], votes[own], needed[own]))
    first = next(iter(labellings.values()))
    labels = Labels(drive_name=first.drive_name, frame=first.frame, tracks=tuple(tracks), ontology=first.ontology)
    ordered = sorted(disputes, key=lambda dispute: (dispute.reason != "votes", dispute.value / dispute.limit))
    return Consensus(labels=labels, disputes=tuple(ordered), n_left_out=gathered.n_left_out)


def _needed(gathered: Gathered, units: NDArray[np.int64], quorum: int | None) -> NDArray[np.int64]:
    """Votes that each unit (U,) needs: more than half of the people who labelled its instant, or the quorum."""
    if quorum is not None:
        return np.full(len(units), quorum, np.int64)
    heard = gathered.spoken[:, gathered.frames[units.max(axis=1)]].sum(axis=0)
    return np.asarray(heard // 2 + 1, np.int64)


def _voices(names: Sequence[str], weights: Mapping[str, float] | None) -> NDArray[np.float64]:
    """Weight (R,) of every person."""
    if weights is None:
        return np.ones(len(names))
    if missing := set(names) - set(weights):
        raise ArgumentError(f"no weight for {', '.join(sorted(missing))}")
    voices = np.array([weights[name] for name in names], np.float64)
    if not ((voices > 0) & np.isfinite(voices)).all():
        raise ArgumentError(f"weights of people must be above 0, got {dict(weights)}")
    return voices


def _outvoted(
    gathered: Gathered, units: NDArray[np.int64], votes: NDArray[np.int64], needed: NDArray[np.int64]
) -> Dispute:
    """Say that too few people have an object at any instant."""
    best = int((votes / needed).argmax())
    parents, _ = _parents(gathered, units)
    return Dispute(
        object=None,
        reason="votes",
        parents=_names(gathered, parents),
        timestamp_ns=_instants(gathered, units[best : best + 1])[0],
        value=float(votes[best]),
        limit=float(needed[best]),
    )


def _merged(
    gathered: Gathered, units: NDArray[np.int64], voices: NDArray[np.float64], *, track_id: str
) -> tuple[Track, list[Dispute]]:
    """Make one track of the boxes (U, R) of an object, and say what is open about it."""
    parents, n_boxes = _parents(gathered, units)
    weights = voices[gathered.owners[parents]] * n_boxes
    category = vote_on_category(gathered, parents, weights)
    boxes = fused(gathered, units, voices)
    enough = min(1.0, _COMFORT * float(gathered.least_overlaps[parents].min()))
    names, times = _names(gathered, parents), _instants(gathered, units)
    disputes = [
        Dispute(object=track_id, reason=reason, parents=names, timestamp_ns=times[worst], value=value, limit=limit)
        for reason, worst, value, limit in _open_questions(boxes, category, enough)
    ]
    flags = {"adjudicate": " ".join(dispute.reason for dispute in disputes)} if disputes else {}
    track = Track(
        id=track_id,
        category=str(category.winner),
        timestamps_ns=np.array(times, np.int64),
        cuboids=boxes.cuboids,
        sources=merged_sources(gathered, units, voices),
        sigmas=unknown_sigmas(len(times)),
        attributes={**merged_attributes(gathered, parents, weights), "consensus_parents": " ".join(names), **flags},
        box_attributes={
            **merged_box_attributes(gathered, units, voices),
            "consensus_votes": tuple((units >= 0).sum(axis=1).tolist()),
            "consensus_iou": tuple(None if np.isnan(iou) else round(iou, 4) for iou in boxes.least_iou.tolist()),
            "consensus_center_m": tuple(np.round(boxes.center_m, 4).tolist()),
            "consensus_yaw_deg": tuple(np.round(boxes.yaw_deg, 3).tolist()),
        },
    )
    return track, disputes


def _open_questions(boxes: Fused, category: Vote, enough: float) -> Iterator[tuple[Reason, int, float, float]]:
    """Tell what is open about an object: reason, worst instant, value and limit."""
    several = np.flatnonzero(np.isfinite(boxes.least_iou))
    worst = int(several[boxes.least_iou[several].argmin()]) if len(several) else 0
    overlap = float(boxes.least_iou[several].mean()) if len(several) else 1.0
    if overlap < enough:
        yield "overlap", worst, overlap, enough
    if category.share <= 0.5:
        yield "category", worst, category.share, 0.5
    if boxes.for_front.min() <= 0.5:
        yield "heading", int(boxes.for_front.argmin()), float(boxes.for_front.min()), 0.5


def _parents(gathered: Gathered, units: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Tracks (P,) that the boxes (U, R) are of, in order of their people, and how many boxes of each."""
    return np.unique(gathered.rows[units[units >= 0]], return_counts=True)


def _names(gathered: Gathered, parents: NDArray[np.int64]) -> tuple[str, ...]:
    return tuple(f"{gathered.names[gathered.owners[row]]}:{gathered.tracks[row].id}" for row in parents)


def _instants(gathered: Gathered, units: NDArray[np.int64]) -> list[int]:
    """Instant of each unit (U, R), ns."""
    instants: list[int] = gathered.instants_ns[gathered.frames[units.max(axis=1)]].tolist()
    return instants
