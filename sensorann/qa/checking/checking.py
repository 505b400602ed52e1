"""The table of rules and the driver that runs them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from sensorann.errors import ArgumentError
from sensorann.qa.checking import (
    attributes,
    forgotten,
    guidelines,
    headings,
    leaps,
    lifetimes,
    overlapping,
    physics,
    pictures,
    point_times,
    points,
    radar,
    sizes,
)
from sensorann.qa.checking.evidence import Evidence, gather
from sensorann.qa.checking.finding import Finding, Severity, Suspicion
from sensorann.qa.checking.scores import score_of
from sensorann.scene import Drive, Labels, check_drive


@dataclass(frozen=True, kw_only=True, slots=True)
class Rule:
    """One thing that can be wrong.

    Attributes
    ----------
    id : its name in findings and on the command line
    severity : how bad it is
    text : what it means, one line
    find : evidence in, suspicions out
    needs_points : it looks at sweeps, and is silent on a drive without
    """

    id: str
    severity: Severity
    text: str
    find: Callable[[Evidence], Iterable[Suspicion]]
    needs_points: bool = False


NOTE, WARNING, ERROR = Severity.NOTE, Severity.WARNING, Severity.ERROR
RULES = tuple(
    Rule(id=name, severity=severity, text=text, find=find)
    for name, severity, text, find in (
        ("heading_flip", ERROR, "faces a half or quarter turn away from its motion or its track", headings.flipped),
        ("heading_jitter", WARNING, "heading leaves that of its neighbours", headings.askew),
        ("identity_switch", ERROR, "two tracks exchange their objects", leaps.switched),
        ("leap", ERROR, "the track goes on elsewhere", leaps.leaping),
        ("off_path", WARNING, "a box lies away from where its neighbours put it", leaps.off_path),
        ("off_height", WARNING, "a box lies above or below its neighbours", leaps.off_height),
        ("time_mismatch", WARNING, "a box lies where its object was at another instant", leaps.late),
        ("size_change", WARNING, "boxes of one object differ in size", sizes.changing),
        ("size_drift", WARNING, "the size of an object creeps", sizes.drifting),
        ("wrong_class", ERROR, "size or speed belong to another category", sizes.wrong_class),
        ("duplicate", ERROR, "two tracks of one object", overlapping.doubled),
        ("interpenetration", WARNING, "two objects stand in each other", overlapping.interpenetrating),
        ("speed", ERROR, "faster than its kind can go", physics.too_fast),
        ("acceleration", WARNING, "brisker than its kind can be", physics.too_brisk),
        ("jerk", WARNING, "changes its acceleration faster than its kind can", physics.too_jerky),
        ("yaw_rate", WARNING, "turns faster than its kind can", physics.turning_fast),
        ("side_slip", WARNING, "wheels that slip sideways", physics.slipping),
        ("fragment", WARNING, "begins where another track ends", lifetimes.fragments),
        ("gap", WARNING, "no box in the middle of a track in plain view", lifetimes.gaps),
        ("birth", NOTE, "begins in plain view", lifetimes.births),
        ("death", NOTE, "ends in plain view", lifetimes.deaths),
        ("said_to_stand", WARNING, "called parked or stopped while it moves", attributes.moving_though_standing),
        ("said_to_move", NOTE, "called moving while it stays where it is", attributes.standing_though_moving),
        ("attribute_clash", ERROR, "attributes that exclude each other or its category", attributes.contradicting),
        ("picture_mismatch", WARNING, "lies elsewhere in the picture than its 2D box", pictures.mismatched),
        ("not_in_picture", ERROR, "has a 2D box where its camera cannot see it", pictures.not_in_picture),
        ("only_in_picture", WARNING, "has 2D boxes and none in space", pictures.only_in_picture),
        ("only_in_space", WARNING, "plainly in a labelled picture, and not labelled there", pictures.only_in_space),
        ("guideline_range", WARNING, "nearer or further than the guideline wants", guidelines.out_of_range),
        ("guideline_size", WARNING, "an edge that the guideline does not allow", guidelines.out_of_size),
        ("guideline_speed", WARNING, "faster than the guideline says", guidelines.over_speed),
        (
            "guideline_attribute",
            WARNING,
            "an attribute that the guideline does not allow",
            guidelines.wrong_attribute,
        ),
    )
) + tuple(
    Rule(id=name, severity=severity, text=text, find=find, needs_points=True)
    for name, severity, text, find in (
        ("spurious", ERROR, "rays passed through the box, nothing is there", points.empty),
        ("cut_object", WARNING, "points of the object go on beyond a face", points.cut),
        ("loose_face", WARNING, "room between a face and the points", points.loose),
        ("point_time", WARNING, "lies where it was when its points were measured", point_times.at_point_times),
        ("off_ground", WARNING, "hovers above the ground or reaches into it", points.floating),
        ("heading_edges", WARNING, "edges of the points are askew to the box", headings.off_edges),
        ("out_of_view", ERROR, "stands where no LiDAR looks", points.unfaced),
        ("guideline_points", WARNING, "fewer points than the guideline asks for", guidelines.too_few_points),
        ("radar_speed", WARNING, "comes or goes at another speed than the radar measured", radar.disagreeing),
        ("radar_heading", ERROR, "goes backwards by the radar", radar.backwards),
        ("missing", ERROR, "an object that nobody labelled", forgotten.forgotten),
        ("perhaps_missing", NOTE, "something as large as a person stands unlabelled", forgotten.doubtful),
    )
)


def check(
    labels: Labels,
    drive: Drive | None = None,
    *,
    rules: Iterable[str] | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> list[Finding]:
    """Find what is probably wrong with labels, the surest first.

    Parameters
    ----------
    labels : complete tracks
    drive : the recording: its ego poses tell motion from the vehicle's own, and what was in plain view; its
        sweeps, each of which is read once, what is in and around the boxes
    rules : ids of the rules to apply; all when not given
    progress : called with the number of instants whose sweeps are read, and of all instants

    Returns
    -------
    list of Finding
        By falling score. Neighbouring boxes with the same trouble are one finding, at the worst of them.

    Raises
    ------
    ArgumentError
        When a rule is unknown, or a category is not in the ontology.
    TimeRangeError
        When boxes in the ego frame lie outside the ego trajectory.
    """
    if drive is not None:
        check_drive(drive)
    chosen = chosen_rules(rules)
    with_points = any(rule.needs_points for rule in chosen)
    evidence = gather(labels, drive, with_points=with_points, progress=progress)
    found = [_told(rule, suspicion, evidence) for rule in chosen for suspicion in rule.find(evidence)]
    return sorted(found, key=lambda one: (-one.score, -one.severity, one.timestamp_ns, one.object, one.rule))


def chosen_rules(names: Iterable[str] | None) -> tuple[Rule, ...]:
    """Rules by their ids, in the order of the table.

    Raises
    ------
    ArgumentError
        When there is no such rule.
    """
    if names is None:
        return RULES
    wanted = set(names)
    if unknown := wanted - {rule.id for rule in RULES}:
        known = ", ".join(rule.id for rule in RULES)
        raise ArgumentError(f"no rule {', '.join(sorted(unknown))!r}, there are: {known}")
    return tuple(rule for rule in RULES if rule.id in wanted)


def _told(rule: Rule, suspicion: Suspicion, evidence: Evidence) -> Finding:
    return Finding(
        rule=rule.id,
        severity=rule.severity,
        score=score_of(rule.id, suspicion.excess),
        object=suspicion.object,
        frame=evidence.frame_of(suspicion.timestamp_ns),
        timestamp_ns=suspicion.timestamp_ns,
        value=suspicion.value,
        limit=suspicion.limit,
        message=suspicion.message,
        excess=suspicion.excess,
        repair=suspicion.repair,
        place=suspicion.place,
    )
