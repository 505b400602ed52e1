"""Applying what a finding suggests."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from inspect import signature
from types import MappingProxyType
from typing import Any

from sensorann.errors import ArgumentError
from sensorann.qa.checking.drawing import draw
from sensorann.qa.checking.filling import fill
from sensorann.qa.checking.finding import Finding
from sensorann.qa.checking.following import extend, label, label_from_picture
from sensorann.qa.checking.suggestions import suggestion_of
from sensorann.scene import Drive, Labels
from sensorann.tracks import surgery

# What a repair may be made of: edits of labels, and those that look at the recording, too.
EDITS: Mapping[str, Callable[..., Labels]] = MappingProxyType(
    {
        "clear_attribute": surgery.clear_attribute,
        "delete_doubled": surgery.delete_doubled,
        "delete_image_box": surgery.delete_image_box,
        "delete_span": surgery.delete_span,
        "merge": surgery.merge,
        "move": surgery.move,
        "move_each": surgery.move_each,
        "move_faces": surgery.move_faces,
        "reverse": surgery.reverse,
        "set_box_attribute": surgery.set_box_attribute,
        "set_category": surgery.set_category,
        "split": surgery.split,
        "turn": surgery.turn,
        "turn_each": surgery.turn_each,
        "unify_size": partial(surgery.unify_size, exact=False),
    }
)
RECORDED_EDITS: Mapping[str, Callable[..., Labels]] = MappingProxyType(
    {
        "draw": draw,
        "extend": extend,
        "fill": fill,
        "label": label,
        "label_from_picture": label_from_picture,
    }
)
ACTIONS = (*EDITS, *RECORDED_EDITS)


def repaired(labels: Labels, finding: Finding, drive: Drive | None = None) -> Labels:
    """Apply the repair of a finding; the old labels stay as they are, so that undoing is keeping them.

    Parameters
    ----------
    labels : those that were checked
    finding : one with a repair
    drive : the recording, for repairs that look at it

    Raises
    ------
    ArgumentError
        When the finding knows no repair, the labels are no longer those that were checked, or the repair looks at a
        recording and there is none.
    """
    if not finding.repair:
        whose = finding.object or "no track"
        raise ArgumentError(
            f"the finding {finding.rule} of {whose} knows no repair; the rule suggests {suggestion_of(finding.rule)}"
        )
    for edit in finding.repair:
        if edit.action in EDITS:
            labels = EDITS[edit.action](labels, **edit.arguments)
        elif drive is None and edit.action != "fill":
            raise ArgumentError(f"the repair of {finding.rule} looks at the recording: give the drive, too")
        else:
            labels = RECORDED_EDITS[edit.action](labels, drive, **edit.arguments)
    return labels


def looks_at_recording(finding: Finding) -> bool:
    """Tell whether the repair of a finding takes its time, because it reads sweeps."""
    return any(edit.action in RECORDED_EDITS for edit in finding.repair)


def check_edit(action: str, arguments: Mapping[str, Any]) -> None:
    """Raise a `TypeError` where an action does not take such arguments, or needs others, too."""
    if action in EDITS:
        signature(EDITS[action]).bind(None, **arguments)
    else:
        signature(RECORDED_EDITS[action]).bind(None, None, **arguments)
