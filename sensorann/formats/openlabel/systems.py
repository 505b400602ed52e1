"""The coordinate systems of a document: how boxes given in any of them come into the world or the ego frame."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property

import numpy as np

from sensorann.formats.openlabel.node import Node
from sensorann.formats.openlabel.rig import EGO, WORLD, read_transform, read_transforms
from sensorann.geometry import Transform, Transforms
from sensorann.scene import Drive

# to -> {from: to_from_from}: every edge is entered in both directions.
_Edges = dict[str, dict[str, Transform]]


class CoordinateSystems:
    """The tree of coordinate systems, with the transforms of single frames laid over it.

    Parameters
    ----------
    root : the document
    drive : its rig places sensors that the document does not place, its trajectory the ego frame
    """

    def __init__(self, root: Node, drive: Drive | None) -> None:
        self._root = root
        self._drive = drive
        self._declared = dict(root.section("coordinate_systems"))
        self._edges: _Edges = {}
        for name, system in self._declared.items():
            parent, pose = system.require("parent").text(), system.get("pose_wrt_parent")
            system.require("type").text()
            if parent:
                self._known(parent, system.require("parent"))
                if pose is not None:
                    _join(self._edges, parent, name, read_transform(pose))
        self._checked: set[str] = set()
        self._moved: dict[str, list[tuple[str, str, Transform]]] = {}
        self._cache: dict[tuple[str, str, str], Transform | None] = {}

    @cached_property
    def world(self) -> str | None:
        """The root that is no vehicle and no sensor; None where there is none."""
        if not self._declared:
            return WORLD
        roots = [
            name
            for name, system in self._declared.items()
            if not system.value["parent"] and system.value["type"] not in ("local_cs", "sensor_cs")
        ]
        return WORLD if WORLD in roots else next(iter(roots), None)

    @cached_property
    def ego(self) -> str | None:
        """The coordinate system of the vehicle; None where there is none."""
        if not self._declared:
            return EGO
        vehicles = [name for name, system in self._declared.items() if system.value["type"] == "local_cs"]
        return EGO if EGO in vehicles else next(iter(vehicles), None)

    @property
    def declared(self) -> bool:
        """Whether the document declares any coordinate system."""
        return bool(self._declared)

    @property
    def declares_world(self) -> bool:
        """Whether the document itself declares a world."""
        return self.declared and self.world is not None

    @cached_property
    def cameras(self) -> frozenset[str]:
        """Names of the cameras: what the document streams as one, and those of the drive."""
        streams = dict(self._root.section("streams"))
        own = {name for name, stream in streams.items() if stream.mapping().get("type") == "camera"}
        rig = self._drive.rig.of_kind("camera") if self._drive is not None else ()
        return frozenset(own | {sensor.name for sensor in rig})

    @cached_property
    def default(self) -> str | None:
        """What geometry without a coordinate system can only mean: the single one that is declared."""
        return next(iter(self._declared)) if len(self._declared) == 1 else None

    def check(self, name: str, node: Node) -> None:
        """Refuse a coordinate system that neither the document nor the drive knows, with a `FormatError`."""
        if name not in self._checked:
            self._known(name, node)
            self._checked.add(name)

    def _known(self, name: str, node: Node) -> None:
        rig = self._drive.rig if self._drive is not None else ()
        if name in self._declared or name in rig or name in self._usual:
            return
        known = ", ".join(dict.fromkeys([*self._declared, *self._usual, *rig]))
        raise node.refused(f"one of the coordinate systems {known}", found=repr(name))

    @cached_property
    def _usual(self) -> tuple[str, ...]:
        """Names that need no declaration: both where nothing is declared, else the frames that the drive knows."""
        if not self._declared:
            return (WORLD, EGO)
        if self._drive is None:
            return ()
        return (EGO,) if self._drive.trajectory is None else (WORLD, EGO)

    def _is(self, name: str, own: str | None, usual: str) -> bool:
        """Tell whether a name means the document's own world or vehicle, or undeclared the drive's."""
        return name == own or (name == usual and name not in self._declared and name in self._usual)

    def world_from(self, name: str, frame: str, timestamp_ns: int) -> Transform | None:
        """Transform from a coordinate system to the world at a frame; None where nothing leads there."""
        if self._is(name, self.world, WORLD):
            return Transform.identity()
        if self._drive is not None and self._drive.trajectory is not None:
            ego_from_system = self.ego_from(name, frame)
            if ego_from_system is not None:
                return self._drive.trajectory.at(timestamp_ns) @ ego_from_system
        return self._path(self.world, name, frame)

    def ego_from(self, name: str, frame: str) -> Transform | None:
        """Transform from a coordinate system to the ego frame at a frame; None where nothing leads there."""
        if self._is(name, self.ego, EGO):
            return Transform.identity()
        found = self._path(self.ego, name, frame)
        if found is None and self._drive is not None and name in self._drive.rig:
            return self._drive.rig[name].ego_from_sensor
        return found

    def ego_poses(self, numbers: Iterable[int]) -> tuple[list[int], Transforms]:
        """Read `world_from_ego` of the frames that have one, by what the document alone says.

        Returns
        -------
        numbers : those frames
        world_from_ego : one pose for each
        """
        direct = {number: self._direct_pose(str(number)) for number in numbers}
        nodes = [node for node in direct.values() if node is not None]
        if len(nodes) == len(direct):
            return list(direct), read_transforms(nodes)
        found = {number: self._path(self.world, self.ego or "", str(number)) for number in direct}
        poses = {number: pose for number, pose in found.items() if pose is not None}
        rotations = np.array([pose.rotation for pose in poses.values()]).reshape(-1, 3, 3)
        return list(poses), Transforms(rotations, np.array([p.translation for p in poses.values()]).reshape(-1, 3))

    def _direct_pose(self, frame: str) -> Node | None:
        """Find the transform of a frame that leads from ego to world in one step."""
        own = self._root.require("frames").require(frame).get("frame_properties")
        for _, node in own.section("transforms") if own is not None else ():
            source, target = node.require("src"), node.require("dst")
            for end in (source, target):
                self.check(end.text(), end)
            if (source.value, target.value) == (self.ego, self.world):
                return node.require("transform_src_to_dst")
        return None

    def _path(self, target: str | None, source: str, frame: str) -> Transform | None:
        if target is None:
            return None
        moving = self._moving(frame)
        key = (target, source, frame if moving else "")
        if key not in self._cache:
            edges = {name: dict(own) for name, own in self._edges.items()} if moving else self._edges
            for to, origin, transform in moving:
                _join(edges, to, origin, transform)
            self._cache[key] = _search(edges, target, source)
        return self._cache[key]

    def _moving(self, frame: str) -> list[tuple[str, str, Transform]]:
        """Read the transforms of one frame as (to, from, to_from_from)."""
        frames = self._root.get("frames")
        own = frames.get(frame) if frames is not None else None
        properties = own.get("frame_properties") if own is not None else None
        if properties is None or "transforms" not in properties.mapping():
            return []
        if frame not in self._moved:
            self._moved[frame] = [self._edge(node) for _, node in properties.section("transforms")]
        return self._moved[frame]

    def _edge(self, node: Node) -> tuple[str, str, Transform]:
        source, target = node.require("src"), node.require("dst")
        for end in (source, target):
            self.check(end.text(), end)
        return target.text(), source.text(), read_transform(node.require("transform_src_to_dst"))


def _join(edges: _Edges, to: str, origin: str, to_from_origin: Transform) -> None:
    edges.setdefault(to, {})[origin] = to_from_origin
    edges.setdefault(origin, {})[to] = to_from_origin.inverse()


def _search(edges: _Edges, target: str, source: str) -> Transform | None:
    """Chain the fewest transforms from source to target (breadth first)."""
    reached = {target: Transform.identity()}
    queue = [target]
    for name in queue:
        if name == source:
            return reached[name]
        for neighbour, transform in edges.get(name, {}).items():
            if neighbour not in reached:
                reached[neighbour] = reached[name] @ transform
                queue.append(neighbour)
    return None
