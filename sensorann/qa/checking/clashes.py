"""Repairs that are no longer right because of another one, made since the check: both may be about the same error."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from sensorann.qa.checking.finding import Finding
from sensorann.store.patch import BoxChange

# Findings nearer than this to boxes that a repair changed may be about the same error.
_NEAR_NS = 1_000_000_000
# What actions change; the others change which boxes there are, and so what is to be said of them.
_BOXES, _PLACE, _HEADING, _SIZE, _WORDS, _PICTURES = "boxes", "place", "heading", "size", "words", "pictures"
_CHANGES = {
    "clear_attribute": {_WORDS},
    "delete_image_box": {_PICTURES},
    "draw": {_PICTURES},
    "fill": {_PLACE, _HEADING},
    "move": {_PLACE},
    "move_each": {_PLACE},
    "move_faces": {_PLACE, _SIZE},
    "reverse": {_HEADING},
    "set_box_attribute": {_WORDS},
    "set_category": {_WORDS},
    "turn": {_HEADING},
    "turn_each": {_HEADING},
    "unify_size": {_SIZE},
}


class Clashes:
    """What repairs have changed of each box so far."""

    def __init__(self) -> None:
        self._done: dict[str, dict[int, set[str]]] = defaultdict(lambda: defaultdict(set))

    def add(self, finding: Finding, boxes: Iterable[BoxChange]) -> None:
        """Remember a repair that was made, and the boxes that it changed."""
        for box in boxes:
            self._done[box.object][box.timestamp_ns] |= _changes(finding)

    def near(self, finding: Finding, ids: Iterable[str]) -> bool:
        """Tell whether a finding of some objects may be about what a repair near by changed already."""
        return any(
            abs(timestamp_ns - finding.timestamp_ns) <= _NEAR_NS and _clash(changed, _changes(finding))
            for name in ids
            for timestamp_ns, changed in self._done[name].items()
        )

    def within(self, finding: Finding, boxes: Iterable[BoxChange]) -> bool:
        """Tell whether a repair would change boxes that another one made differ from those that were checked."""
        wanted = _changes(finding)
        return any(_clash(self._done[box.object].get(box.timestamp_ns, set()), wanted) for box in boxes)


def _changes(finding: Finding) -> set[str]:
    return set[str]().union(*(_CHANGES.get(edit.action, {_BOXES}) for edit in finding.repair))


def _clash(changed: set[str], wanted: set[str]) -> bool:
    """Tell whether what is wanted was found out from what has been changed."""
    if changed & wanted:
        return True
    # Boxes are moved along their own axes, which a turned one has elsewhere.
    if _HEADING in changed and _PLACE in wanted:
        return True
    return bool(changed and _BOXES in changed | wanted and _WORDS not in changed | wanted)
