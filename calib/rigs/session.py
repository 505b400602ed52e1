"""The rig that sessions describe: every sensor with a table of targets, and targets by their names."""

from __future__ import annotations

from collections.abc import Sequence
from typing import get_args

import numpy as np

from calib.rigs.rig import RigEstimate, calibrate_rig
from calib.rigs.sightings import Kind, Sightings
from calib.targets.columns import Table
from calib.targets.described import described_points, described_radar, described_seen
from calib.targets.detections import Detections
from calib.targets.session import Session
from sensorann.errors import FormatError, UsageError

_KINDS: tuple[Kind, ...] = get_args(Kind)


def calibrate_rig_of_sessions(sessions: Sequence[Session], *, root: str | None = None) -> RigEstimate:
    """Estimate where all sensors of some sessions sit.

    Parameters
    ----------
    sessions : a sensor that several of them name has the same table in all; targets of one name are one target
    root : the frame in which the others are placed; the first LiDAR where there is one, else the first sensor

    Raises
    ------
    FormatError
        When a session does not describe its sensors, describes one in two ways, or holds what a rig does not use.
    UsageError
        When no sensor is called as the root.
    CalibrationError
        When the targets do not join all sensors, or leave a pose open.
    """
    tables = _tables(sessions)
    names = tuple(dict.fromkeys(target for _, _, table in tables.values() for target in table.targets))
    numbers = {name: number for number, name in enumerate(names)}
    sensors = [_sightings(sensor, *described, numbers) for sensor, described in tables.items()]
    return calibrate_rig(_from_root(sensors, root), names=names, depth=_depth(sessions))


def _tables(sessions: Sequence[Session]) -> dict[str, tuple[Session, Kind, Table]]:
    tables: dict[str, tuple[Session, Kind, Table]] = {}
    for session in sessions:
        if "prior" in session.root:
            found = "a prior: calibrate that pair, and join it to the others"
            raise FormatError(session.path, "[prior]", expected="sensors and targets of a rig", found=found)
        for kind in _KINDS:
            if kind not in session.root:
                continue
            name, table = session.name(kind), session.table(kind)
            known = tables.get(name)
            if known is not None and (known[1], known[2].path, known[0].root[kind]) != (
                kind, table.path, session.root[kind],
            ):  # fmt: skip
                expected = f"{name} as {known[0].path.name} describes it"
                raise FormatError(session.path, f"[{kind}]", expected=expected, found="another table or noise")
            tables[name] = (session, kind, table)
    return tables


def _sightings(name: str, session: Session, kind: Kind, table: Table, numbers: dict[str, int]) -> Sightings:
    targets = np.array([numbers[target] for target in table.targets], np.intp)
    order = np.argsort(targets, kind="stable")
    return Sightings(
        name=name,
        kind=kind,
        detections=_detections(session, kind, table.select(order.tolist())),
        targets=targets[order],
    )


def _detections(session: Session, kind: Kind, table: Table) -> Detections:
    if kind == "radar":
        return described_radar(session, table)
    return described_seen(session, table) if kind == "camera" else described_points(session, kind, table)


def _from_root(sensors: Sequence[Sightings], root: str | None) -> list[Sightings]:
    names = [sensor.name for sensor in sensors]
    first = root or next((sensor.name for sensor in sensors if sensor.kind == "lidar"), names[0] if names else "")
    if first not in names:
        raise UsageError(f"no sensor is called {first}, there are: {', '.join(names)}")
    return sorted(sensors, key=lambda sensor: sensor.name != first)


def _depth(sessions: Sequence[Session]) -> float:
    depths = {session.number("board", "reflector_depth_m") for session in sessions if "board" in session.root}
    if len(depths) > 1:
        expected, found = "one depth of all boards", " and ".join(f"{depth:g} m" for depth in sorted(depths))
        raise FormatError(sessions[-1].path, "[board] reflector_depth_m", expected=expected, found=found)
    return depths.pop() if depths else 0.0
