"""Applying what a finding suggests."""

from __future__ import annotations

from sensorann.errors import ArgumentError
from sensorann.qa.checking.finding import Finding
from sensorann.scene import Labels
from sensorann.tracks import surgery


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
        labels = getattr(surgery, edit.action)(labels, **edit.arguments)
    return labels
