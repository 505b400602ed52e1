"""What a file of calibrations says: frames placed in others, and lenses; all of a rig, or one pair of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sensorann.errors import ArgumentError
from sensorann.geometry import Camera, Transform
from sensorann.geometry.cameras import CameraModel
from sensorann.scene import Rig

EGO = "ego"


@dataclass(frozen=True, eq=False, slots=True)
class Placement:
    """Where one frame sits in another: `parent_from_child` maps points of the child into the parent."""

    parent: str
    child: str
    parent_from_child: Transform


@dataclass(frozen=True, eq=False, kw_only=True, slots=True)
class Intrinsics:
    """A lens of which the size of its pictures may be unknown.

    Attributes
    ----------
    matrix, distortion, model : as in `Camera`
    size : (width, height), pixels; None where the file does not say
    """

    matrix: NDArray[np.float64]
    distortion: NDArray[np.float64]
    model: CameraModel = "pinhole"
    size: tuple[int, int] | None = None

    def __post_init__(self) -> None:
        checked = self._camera(self.size or (1, 1))
        for name in ("matrix", "distortion"):
            object.__setattr__(self, name, getattr(checked, name))

    @classmethod
    def of(cls, camera: Camera) -> Intrinsics:
        """Take the intrinsics of a camera."""
        return cls(matrix=camera.matrix, distortion=camera.distortion, model=camera.model, size=camera.size)

    def camera(self, size: tuple[int, int] | None = None) -> Camera:
        """Return the camera for pictures of a size, or of the size that the file states.

        Raises
        ------
        ArgumentError
            When the pictures have another size than the lens was calibrated for, or none is known.
        """
        if size is not None and self.size is not None and tuple(size) != self.size:
            raise ArgumentError(
                f"the lens is for pictures of {self.size[0]} x {self.size[1]} pixels, these have {size[0]} x {size[1]}"
            )
        known = self.size or size
        if known is None:
            raise ArgumentError("the file does not say for which size of pictures the lens is")
        return self._camera(known)

    def _camera(self, size: tuple[int, int]) -> Camera:
        return Camera(matrix=self.matrix, size=size, distortion=self.distortion, model=self.model)


@dataclass(frozen=True, eq=False, kw_only=True, slots=True)
class RigDocument:
    """Frames and lenses by name.

    Attributes
    ----------
    placements : each places one frame in another; a frame has one parent at most, and none is its own ancestor
    lenses : name of a camera to its intrinsics
    """

    placements: tuple[Placement, ...] = ()
    lenses: Mapping[str, Intrinsics]

    def __post_init__(self) -> None:
        parents = {placed.child: placed.parent for placed in self.placements}
        if len(parents) < len(self.placements):
            raise ArgumentError("a frame is placed twice: each frame has one parent")
        for name in parents:
            seen = {name}
            while (name := parents.get(name, "")) in parents:
                if name in seen:
                    raise ArgumentError(f"frame {name!r} is placed in itself, over {', '.join(sorted(seen))}")
                seen.add(name)

    @property
    def frames(self) -> tuple[str, ...]:
        """Names of all frames and cameras, parents before their children, in whatever order a file places them."""
        parents = {placed.child: placed.parent for placed in self.placements}
        names: dict[str, None] = {}
        for name in [*parents, *self.lenses]:
            line = [name]
            while line[-1] in parents:
                line.append(parents[line[-1]])
            names |= dict.fromkeys(reversed(line))
        return tuple(names)

    def root_from(self, frame: str) -> tuple[str, Transform]:
        """Return the frame that is placed in no other, above this one, and the transform into it."""
        by_child = {placed.child: placed for placed in self.placements}
        pose = Transform.identity()
        while frame in by_child:
            pose = by_child[frame].parent_from_child @ pose
            frame = by_child[frame].parent
        return frame, pose

    def transform(self, target: str, source: str) -> Transform | None:
        """Return target_from_source, over as many frames as it takes; None where the file does not join them."""
        (root, root_from_target), (other, root_from_source) = self.root_from(target), self.root_from(source)
        return root_from_target.inverse() @ root_from_source if root == other else None

    def renamed(self, names: Mapping[str, str]) -> RigDocument:
        """Call frames and cameras otherwise.

        Raises
        ------
        ArgumentError
            When there is no frame of an old name, or two would bear the same.
        """
        unknown = [name for name in names if name not in self.frames]
        if unknown:
            raise ArgumentError(f"no frame {unknown[0]!r} to rename, there are: {', '.join(self.frames) or 'none'}")
        new = {name: names.get(name, name) for name in self.frames}
        if len(set(new.values())) < len(new):
            raise ArgumentError(f"two frames would bear the same name: {', '.join(new.values())}")
        return RigDocument(
            placements=tuple(Placement(new[p.parent], new[p.child], p.parent_from_child) for p in self.placements),
            lenses={new[name]: lens for name, lens in self.lenses.items()},
        )


def document_of(rig: Rig) -> RigDocument:
    """Describe a rig: every sensor placed in the ego frame."""
    return RigDocument(
        placements=tuple(Placement(EGO, sensor.name, sensor.ego_from_sensor) for sensor in rig.sensors),
        lenses={sensor.name: Intrinsics.of(sensor.camera) for sensor in rig.sensors if sensor.camera is not None},
    )
