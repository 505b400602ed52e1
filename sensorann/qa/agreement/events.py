"""How far people agree about events: which there are, when they begin and end, and what holds at each instant."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from sensorann.geometry.assignment import best_pairs
from sensorann.qa.agreement.gathering import check_people
from sensorann.qa.agreement.kappa import kappa_of_table
from sensorann.qa.pairing import labelled_instants_ns
from sensorann.scene import Event, Labels

# Least overlaps in time of events that are the same, as temporal action segmentation has them (F1@10, 25, 50).
EVENT_OVERLAPS = (0.1, 0.25, 0.5)


@dataclass(frozen=True, kw_only=True, slots=True)
class EventAgreement:
    """How far people agree about the events of one category.

    Attributes
    ----------
    n_events : of all people together
    f1 : for each of `EVENT_OVERLAPS`, over all pairs of people
    edge_s : mean difference of starts and ends of events that are the same; NaN where none are
    kappa : Cohen's, of whether the event holds at the instants with boxes; NaN where there are none, or it always or
        never holds
    """

    n_events: int
    f1: tuple[float, ...]
    edge_s: float
    kappa: float


def event_agreement(labellings: Mapping[str, Labels]) -> dict[str, EventAgreement]:
    """Measure the agreement about each category of events, over all pairs of people.

    Parameters
    ----------
    labellings : of one drive, by the name of who made them

    Raises
    ------
    ArgumentError
        When there are fewer than two labellings.
    """
    check_people(labellings)
    everyone = list(labellings.values())
    instants = np.unique(np.concatenate([np.zeros(0, np.int64), *map(labelled_instants_ns, everyone)]))
    categories = sorted({event.category for labels in everyone for event in labels.events})
    return {
        category: _agreement(
            [[event for event in labels.events if event.category == category] for labels in everyone], instants
        )
        for category in categories
    }


def time_overlaps(ours: Sequence[Event], theirs: Sequence[Event]) -> NDArray[np.float64]:
    """Shared time by joint time of every two events (N, M), 0 to 1; of two equal instants 1."""
    a, b = (np.array([(e.start_ns, e.end_ns) for e in events], np.int64).reshape(-1, 2) for events in (ours, theirs))
    shared = np.minimum(a[:, None, 1], b[None, :, 1]) - np.maximum(a[:, None, 0], b[None, :, 0])
    joint = np.maximum(a[:, None, 1], b[None, :, 1]) - np.minimum(a[:, None, 0], b[None, :, 0])
    same = (shared == 0) & (joint == 0)
    return np.where(same, 1.0, np.maximum(shared, 0) / np.maximum(joint, 1))


def _agreement(each: Sequence[Sequence[Event]], instants: NDArray[np.int64]) -> EventAgreement:
    pairs = list(combinations(each, 2))
    found = [_matched(ours, theirs) for ours, theirs in pairs]
    overlap = np.concatenate([np.zeros(0), *(values for values, _ in found)])
    edges = np.concatenate([np.zeros(0), *(differences for _, differences in found)])
    n_sides = sum(len(ours) + len(theirs) for ours, theirs in pairs)
    table = sum((_table(ours, theirs, instants) for ours, theirs in pairs), np.zeros((2, 2)))
    return EventAgreement(
        n_events=sum(map(len, each)),
        f1=tuple(float(2 * (overlap >= least).sum() / n_sides) for least in EVENT_OVERLAPS),
        edge_s=float(edges.mean()) if len(edges) else float("nan"),
        kappa=float(kappa_of_table(table)),
    )


def _matched(ours: Sequence[Event], theirs: Sequence[Event]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Overlaps (K,) and mean differences of start and end (K,), seconds, of the best one-to-one choice of events."""
    overlaps = time_overlaps(ours, theirs)
    rows, columns = np.nonzero(overlaps)
    chosen = best_pairs(rows, columns, overlaps[rows, columns])
    apart = [
        (abs(ours[i].start_ns - theirs[j].start_ns) + abs(ours[i].end_ns - theirs[j].end_ns)) * 0.5e-9
        for i, j in zip(rows[chosen], columns[chosen], strict=True)
    ]
    return overlaps[rows[chosen], columns[chosen]], np.array(apart, np.float64)


def _table(ours: Sequence[Event], theirs: Sequence[Event], instants: NDArray[np.int64]) -> NDArray[np.float64]:
    """How often it holds for neither, one or both (2, 2) at the instants."""
    a, b = (_holds(events, instants) for events in (ours, theirs))
    return np.array([[(~a & ~b).sum(), (~a & b).sum()], [(a & ~b).sum(), (a & b).sum()]], np.float64)


def _holds(events: Sequence[Event], instants: NDArray[np.int64]) -> NDArray[np.bool_]:
    spans = [(instants >= event.start_ns) & (instants <= event.end_ns) for event in events]
    return np.asarray(np.array(spans, np.bool_).reshape(len(events), len(instants)).any(axis=0))
