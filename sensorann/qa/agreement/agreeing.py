"""How far several people agree about the same drives: figures with intervals, by group and by pair of people."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from sensorann.errors import ArgumentError
from sensorann.qa.agreement.attributes import (
    attribute_tally,
    degree_tally,
    degrees_of,
    is_number,
    said_of,
    words_of,
)
from sensorann.qa.agreement.gathering import Gathered, gather, group_names
from sensorann.qa.agreement.tally import Figure, Tally, figure_of, resampled
from sensorann.qa.agreement.units import tallies_of_pairs, tallies_of_units, units_of
from sensorann.qa.errors import ALL, Grouping
from sensorann.scene import Drive, Labels

# With fewer drives than this, their spread says nothing.
_LEAST_DRIVES = 5
# Names of the figures, in the order of a table.
AGREEMENT_FIGURES = (
    "f1",
    "iou",
    "center_m",
    "size_m",
    "yaw_deg",
    "flipped",
    "alpha_object",
    "alpha_class",
    "alpha_center",
    "alpha_length",
    "alpha_width",
    "alpha_height",
    "alpha_yaw",
    "fleiss",
)
Figures = Mapping[str, Figure]


@dataclass(frozen=True, kw_only=True, slots=True)
class GroupAgreement:
    """Figures of the boxes of one group.

    Attributes
    ----------
    n_boxes : of all people together
    figures : by name, see `AGREEMENT_FIGURES`
    """

    n_boxes: int
    figures: Figures


@dataclass(frozen=True, kw_only=True, slots=True)
class AttributeAgreement:
    """How far people agree about an attribute.

    Attributes
    ----------
    alpha : Krippendorff's, of differences where the values are quantities
    weighted_kappa : Cohen's over all pairs of people, disagreements squared; None of what is no degree
    n_said : boxes of which somebody says something
    most_common, prevalence : the value named most often, and its share; a rare value is what alpha punishes
    """

    alpha: Figure
    weighted_kappa: Figure | None
    n_said: int
    most_common: str
    prevalence: float


@dataclass(frozen=True, kw_only=True, slots=True)
class Agreement:
    """Figures of agreement.

    Attributes
    ----------
    groups : ``all`` first, then each class, range or source
    pairs : figures of every two people, Cohen's ``kappa`` of the class among them
    attributes : by name
    blocks, n_blocks : what intervals resample, and how many there are
    n_left_out : boxes at instants at which nobody else says anything
    """

    groups: Mapping[str, GroupAgreement]
    pairs: Mapping[tuple[str, str], Figures]
    attributes: Mapping[str, AttributeAgreement]
    blocks: Literal["drives", "objects"]
    n_blocks: int
    n_left_out: int


def measure_agreement(
    drives: Sequence[Mapping[str, Labels]],
    *,
    recordings: Sequence[Drive | None] = (),
    by: Grouping | None = None,
    min_iou: float | None = None,
    seed: int = 0,
) -> Agreement:
    """Measure how far people agree about the same drives; nobody is the truth.

    Objects are found first: tracks of different people that overlap enough (`clusters_of`). Then their boxes are
    compared at every instant that two people labelled.

    Parameters
    ----------
    drives : for each drive, labels by the name of who made them, in one frame
    recordings : for each drive, its ego poses tell ranges of labels in the world frame
    by : group by ``class``, ``range`` or ``source`` of the box
    min_iou : see `gather`
    seed : of the resampling behind the intervals

    Raises
    ------
    ArgumentError
        When there is no drive, or see `gather`.
    """
    if not drives:
        raise ArgumentError("agreement takes at least one drive")
    known = recordings or [None] * len(drives)
    tables = [gather(people, drive=drive, min_iou=min_iou) for people, drive in zip(drives, known, strict=True)]
    units = [units_of(table) for table in tables]
    words = sorted({name for table in tables for name in table.categories})
    pairs = _joined_pairs(tables, [tallies_of_pairs(*both, words) for both in zip(tables, units, strict=True)])
    parts = [tallies_of_units(*both, words) for both in zip(tables, units, strict=True)]
    tallies = _over_pairs(pairs) | {name: _joined(tables, [part[name] for part in parts]) for name in parts[0]}
    spread = _spread(tables, seed=seed)
    every = np.ones(len(spread.blocks), np.bool_)
    return Agreement(
        groups={
            name: GroupAgreement(
                n_boxes=int(chosen.sum()),
                figures={figure: spread.figure(tallies[figure], chosen) for figure in AGREEMENT_FIGURES},
            )
            for name, chosen in _groups(tables, by).items()
        },
        pairs={both: {name: spread.figure(tally, every) for name, tally in own.items()} for both, own in pairs.items()},
        attributes=_attributes(tables, units, told=lambda tally: spread.figure(tally, every)),
        blocks=spread.kind,
        n_blocks=spread.weights.shape[1],
        n_left_out=sum(table.n_left_out for table in tables),
    )


@dataclass(frozen=True, eq=False, kw_only=True, slots=True)
class _Spread:
    """What intervals resample.

    Attributes
    ----------
    kind : of the blocks
    blocks : (N,) int64, block of each box of all drives
    weights : (B, G) float64, how often each resample takes each block
    """

    kind: Literal["drives", "objects"]
    blocks: NDArray[np.int64]
    weights: NDArray[np.float64]

    def figure(self, tally: Tally, chosen: NDArray[np.bool_]) -> Figure:
        """Compute a figure of some boxes (N,) bool."""
        return figure_of(tally, chosen, self.blocks, self.weights)


def _spread(tables: Sequence[Gathered], *, seed: int) -> _Spread:
    of_drives = len(tables) >= _LEAST_DRIVES
    first = np.cumsum([0, *(table.n_objects for table in tables)])
    blocks = [
        np.full(len(table.rows), number, np.int64) if of_drives else table.objects + first[number]
        for number, table in enumerate(tables)
    ]
    n_blocks = len(tables) if of_drives else int(first[-1])
    weights = resampled(n_blocks, seed=seed)
    return _Spread(kind="drives" if of_drives else "objects", blocks=np.concatenate(blocks), weights=weights)


def _groups(tables: Sequence[Gathered], by: Grouping | None) -> dict[str, NDArray[np.bool_]]:
    """Boxes (N,) of all drives that belong to each group, all of them first."""
    groups = {ALL: np.ones(sum(len(table.rows) for table in tables), np.bool_)}
    if by is not None:
        names = np.concatenate([group_names(table, by) for table in tables])
        groups |= {str(name): names == name for name in np.unique(names)}
    return groups


def _joined(tables: Sequence[Gathered], parts: Iterable[Tally]) -> Tally:
    """Join tallies of one figure, one of each drive; boxes are counted through all drives."""
    starts = np.cumsum([0, *(len(table.rows) for table in tables)])
    tallies = list(parts)
    return Tally(
        counts=np.concatenate([tally.counts for tally in tallies]),
        boxes=np.concatenate([tally.boxes + start for tally, start in zip(tallies, starts, strict=False)]),
        value_of=tallies[0].value_of,
    )


def _joined_pairs(
    tables: Sequence[Gathered], parts: Sequence[Mapping[tuple[str, str], Mapping[str, Tally]]]
) -> dict[tuple[str, str], dict[str, Tally]]:
    """Join the tallies of every two people over the drives that both labelled."""
    every = dict.fromkeys(pair for part in parts for pair in part)
    joined = {}
    for pair in every:
        shared = [part.get(pair, {}) for part in parts]
        names = next(tallies for tallies in shared if tallies)
        nothing = {name: _emptied(tally) for name, tally in names.items()}
        joined[pair] = {name: _joined(tables, [{**nothing, **own}[name] for own in shared]) for name in names}
    return joined


def _emptied(tally: Tally) -> Tally:
    return Tally(counts=tally.counts[:0], boxes=tally.boxes[:0], value_of=tally.value_of)


def _over_pairs(pairs: Mapping[tuple[str, str], Mapping[str, Tally]]) -> dict[str, Tally]:
    """Add up what every two people say of each other."""
    parts = list(pairs.values())
    return {
        name: Tally(
            counts=np.concatenate([part[name].counts for part in parts]),
            boxes=np.concatenate([part[name].boxes for part in parts]),
            value_of=parts[0][name].value_of,
        )
        for name in parts[0]
    }


def _attributes(
    tables: Sequence[Gathered], units: Sequence[NDArray[np.int64]], *, told: Callable[[Tally], Figure]
) -> dict[str, AttributeAgreement]:
    columns = [said_of(table) for table in tables]
    found = {}
    for name in sorted({name for own in columns for name in own}):
        parts = [own.get(name, [None] * len(table.rows)) for own, table in zip(columns, tables, strict=True)]
        values = [value for part in parts for value in part if value is not None]
        if not values:
            continue
        words = None if is_number(values) else words_of(values)
        tally = _joined(tables, [attribute_tally(own, part, words) for own, part in zip(units, parts, strict=True)])
        degrees = degrees_of(values)
        weighted = [degree_tally(own, part, degrees) for own, part in zip(units, parts, strict=True) if degrees]
        texts, counts = np.unique([str(value) for value in values], return_counts=True)
        found[name] = AttributeAgreement(
            alpha=told(tally),
            weighted_kappa=told(_joined(tables, weighted)) if weighted else None,
            n_said=len(values),
            most_common=str(texts[counts.argmax()]),
            prevalence=float(counts.max() / len(values)),
        )
    return found
