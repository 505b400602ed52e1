"""The rig that sessions describe: every sensor with what it saw, in tables or captures, and targets by their names."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, get_args

import numpy as np

from calib.boards.captures import is_captured
from calib.estimation.robust import Rejection
from calib.lenses.session import described_lens
from calib.rigs.captured import (
    Seen,
    boards_in_clouds,
    boards_in_pictures,
    count_corners_alike,
    lead_of,
    reflectors_behind_boards,
)
from calib.rigs.drawings import Drawing
from calib.rigs.rig import RigEstimate, calibrate_rig
from calib.rigs.sightings import Kind, Sightings
from calib.targets.described import described_points, described_radar, described_seen
from calib.targets.session import Session, described_prior
from sensorann.errors import FormatError, UsageError

_KINDS: tuple[Kind, ...] = get_args(Kind)
Described = Mapping[str, tuple[Session, Kind]]


def calibrate_rig_of_sessions(
    sessions: Sequence[Session],
    *,
    root: str | None = None,
    progress: Callable[[int, int], None] = lambda _done, _total: None,
) -> RigEstimate:
    """Estimate where all sensors of some sessions sit.

    Parameters
    ----------
    sessions : a sensor that several of them name is described alike in all; targets of one name are one target
    root : the frame in which the others are placed; the first LiDAR where there is one, else the first sensor
    progress : called with the pictures or clouds of a sensor searched and their number

    Raises
    ------
    FormatError
        When a session does not describe its sensors, or describes one in two ways.
    UsageError
        When no sensor is called as the root.
    CalibrationError
        When pictures or clouds show no boards, or the targets do not join all sensors or leave a pose open.
    """
    described = _described(sessions)
    # Before the minutes that a search takes.
    drawings, depth = _drawings(sessions), _depth(sessions)
    seen = _seen(described, progress)
    names = tuple(dict.fromkeys(target for one in seen.values() for target in one.targets))
    numbers = {name: number for number, name in enumerate(names)}
    sensors = [_sightings(name, described[name][1], one, numbers) for name, one in seen.items()]
    found = calibrate_rig(_from_root(sensors, root), names=names, depth=depth, drawings=drawings)
    left_out = [Rejection(item.name, f"{name} {item.reason}") for name, one in seen.items() for item in one.rejected]
    doubts = tuple(_lenses_taken_as_exact(described))
    return replace(found, rejected=(*left_out, *found.rejected), warnings=(*found.warnings, *doubts))


def _lenses_taken_as_exact(described: Described) -> Iterator[str]:
    for name, (session, kind) in described.items():
        if kind == "camera" and "lens" in session.root["camera"] and described_lens(session).covariance is not None:
            yield (
                f"the sigmas take the lens of {name} to be exact, but its file states a covariance: calibrate "
                "camera-lidar and camera-radar count it"
            )


def _described(sessions: Sequence[Session]) -> Described:
    """Return the session and kind of each sensor, by its name."""
    described: dict[str, tuple[Session, Kind]] = {}
    for session in sessions:
        for kind in _KINDS:
            if kind not in session.root:
                continue
            name = session.name(kind)
            first, known = described.setdefault(name, (session, kind))
            if (known, _sources(first, kind)) != (kind, _sources(session, kind)):
                expected = f"{name} as {first.path.name} describes it"
                raise FormatError(session.path, f"[{kind}]", expected=expected, found="another table or noise")
    _refuse_other_boards([session for session, kind in described.values() if is_captured(session, kind)])
    return described


def _sources(session: Session, kind: Kind) -> tuple[Any, ...]:
    """Return what tells where a sensor's detections come from."""
    images = session.root.get("images") if kind == "camera" else None
    return session.path.parent, session.root.get(kind), session.root.get("drive"), images


def _refuse_other_boards(sessions: Sequence[Session]) -> None:
    """Refuse captures of different boards, whose corners are other points, and instants of different sensors."""
    for session in sessions[1:]:
        for table, of_its_own in (("board", ()), ("images", ("folder",))):
            first = next((one.root[table] for one in sessions if table in one.root), {})
            stated = {key: value for key, value in session.root.get(table, first).items() if key not in of_its_own}
            if stated != {key: value for key, value in first.items() if key not in of_its_own}:
                expected, found = f"the board of {sessions[0].path.name}", "another: all sensors see the same one"
                raise FormatError(session.path, f"[{table}]", expected=expected, found=found)
    leads = {session.name(lead_of(session, "lidar")) for session in sessions if "drive" in session.root}
    if len(leads) > 1:
        expected, found = "sessions of a drive that share a LiDAR", f"instants of {' and '.join(sorted(leads))}"
        raise FormatError(sessions[-1].path, "[drive]", expected=expected, found=found)


def _seen(described: Described, progress: Callable[[int, int], None]) -> dict[str, Seen]:
    """Return what each sensor saw: tables read, boards found and counted alike, then reflectors behind them."""
    seen: dict[str, Seen] = {}
    captured = {name: is_captured(session, kind) for name, (session, kind) in described.items()}
    boards: dict[str, Seen] = {}
    # Tables first: their corners stay in the order in which they are listed.
    for name, (session, kind) in sorted(described.items(), key=lambda one: captured[one[0]]):
        if not captured[name]:
            seen[name] = _listed(session, kind)
        elif kind != "radar":
            search = boards_in_pictures if kind == "camera" else boards_in_clouds
            boards[name] = search(session, progress=progress)
    if boards:
        listed = {name: one for name, one in seen.items() if one.has_corners}
        seen |= count_corners_alike(listed | boards)
    for name, (session, kind) in described.items():
        if kind == "radar" and captured[name]:
            beside = {other: seen.get(session.name(other)) for other in _KINDS if other in session.root}
            boards_beside = {other: one for other, one in beside.items() if one is not None and one.has_corners}
            seen[name] = reflectors_behind_boards(session, boards_beside)
    return {name: seen[name] for name in described}


def _listed(session: Session, kind: Kind) -> Seen:
    table = session.table(kind)
    if kind == "radar":
        return Seen(table.targets, described_radar(session, table))
    seen = described_seen(session, table) if kind == "camera" else described_points(session, kind, table)
    return Seen(table.targets, seen)


def _sightings(name: str, kind: Kind, seen: Seen, numbers: dict[str, int]) -> Sightings:
    targets = np.array([numbers[target] for target in seen.targets], np.intp)
    order = np.argsort(targets, kind="stable")
    return Sightings(name=name, kind=kind, detections=seen.detections.select(order), targets=targets[order])


def _from_root(sensors: Sequence[Sightings], root: str | None) -> list[Sightings]:
    names = [sensor.name for sensor in sensors]
    first = root or next((sensor.name for sensor in sensors if sensor.kind == "lidar"), names[0] if names else "")
    if first not in names:
        raise UsageError(f"no sensor is called {first}, there are: {', '.join(names)}")
    return sorted(sensors, key=lambda sensor: sensor.name != first)


def _drawings(sessions: Sequence[Session]) -> tuple[Drawing, ...]:
    """Return what the sessions know of their pairs before; sessions that say the same of one pair count once."""
    drawings: dict[tuple[str, str], tuple[Session, Drawing]] = {}
    for session in sessions:
        if "prior" not in session.root:
            continue
        source, target = _drawn_pair(session)
        prior = described_prior(session, source, target)
        if prior is None:
            continue
        names = session.name(source), session.name(target)
        first, _ = drawings.setdefault(names, (session, Drawing(*names, prior)))
        if first.root["prior"] != session.root["prior"]:
            expected = f"{names[0]} in {names[1]} as {first.path.name} has it"
            raise FormatError(session.path, "[prior]", expected=expected, found="another pose or sigma")
    return tuple(drawing for _, drawing in drawings.values())


def _drawn_pair(session: Session) -> tuple[Kind, Kind]:
    """Kinds of the sensors of a prior: those that it names, or the only two of its session."""
    kinds = [kind for kind in _KINDS if kind in session.root]
    stated = [session.root["prior"].get(side) for side in ("source", "target")]
    named = [kind for side in stated for kind in kinds if kind == side]
    pair = kinds if stated == [None, None] else named
    if len(pair) != 2 or pair[0] == pair[1]:
        found = ", ".join(map(str, stated)) if stated != [None, None] else f"neither, with {', '.join(kinds)}"
        expected = f"source and target, two of {', '.join(kinds)}"
        raise FormatError(session.path, "[prior]", expected=expected, found=found)
    return pair[0], pair[1]


def _depth(sessions: Sequence[Session]) -> float:
    key = "reflector_depth_m"
    depths = {session.number("board", key) for session in sessions if key in session.root.get("board", {})}
    if len(depths) > 1:
        expected, found = "one depth of all boards", " and ".join(f"{depth:g} m" for depth in sorted(depths))
        raise FormatError(sessions[-1].path, f"[board] {key}", expected=expected, found=found)
    return depths.pop() if depths else 0.0
