"""Applying what a finding suggests."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

from sensorann.errors import ArgumentError
from sensorann.qa.checking.finding import Finding
from sensorann.scene import Labels
from sensorann.tracks import surgery

# What a repair may be made of.
REPAIRS: Mapping[str, Callable[..., Labels]] = MappingProxyType(
    {
        "clear_attribute": surgery.clear_attribute,
        "delete_span": surgery.delete_span,
        "merge": surgery.merge,
        "move": surgery.move,
        "reverse": surgery.reverse,
        "set_category": surgery.set_category,
        "split": surgery.split,
        "turn": surgery.turn,
        "unify_size": surgery.unify_size,
    }
)


def repaired(labels: Labels, finding: Finding) -> Labels:
    """Apply the repair of a finding; the old labels stay as they are, so that undoing is keeping them.

    Parameters
    ----------
    labels : those that were checked
    finding : one with a repair

    Raises
    ------
    ArgumentError
        When the finding knows no repair, or the labels are no longer those that were checked.
    """
    if not finding.repair:
        raise ArgumentError(f"the finding {finding.rule} of {finding.object or 'no track'} knows no repair")
    for edit in finding.repair:
        labels = REPAIRS[edit.action](labels, **edit.arguments)
    return labels
