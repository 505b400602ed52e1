"""Colors of what rays meet: plain, shaded by the sun, with just enough detail to tell a car's front from its back."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sensorann.simulate.casting import NOTHING, PAVEMENT, ROAD, Hits
from sensorann.simulate.gardens import HOUSE, LEAVES, WALL
from sensorann.simulate.ground import Streets
from sensorann.simulate.world import World

Colors = NDArray[np.float32]

_SUN = np.array([0.45, -0.35, 0.82])  # towards it, in the world
_HAZE = np.array([225, 214, 205], np.float32)  # BGR, as everywhere here
_ZENITH = np.array([215, 160, 110], np.float32)
_HAZE_RANGE = 220.0
_PAINTS = np.array(
    [[60, 50, 190], [180, 110, 45], [235, 235, 235], [50, 50, 55], [165, 165, 170], [70, 130, 60], [60, 170, 215]]
)
_CLOTHES = np.array([[150, 70, 40], [50, 60, 170], [60, 140, 90], [150, 60, 130], [70, 160, 200], [190, 180, 170]])
_WALLS = np.array([[125, 150, 185], [150, 165, 175], [105, 125, 160], [170, 180, 185], [120, 140, 145]])
_SKIN, _GLASS, _TYRE = (140, 170, 215), (75, 62, 52), (35, 35, 35)
_LEAF, _BRICK, _IRON = (55, 105, 70), (95, 105, 140), (95, 95, 95)


def paint(
    world: World, hits: Hits, eye: NDArray[np.float64], directions: NDArray[np.float64], timestamp_ns: int
) -> NDArray[np.uint8]:
    """Color every ray.

    Parameters
    ----------
    world : World
    hits : what the rays met
    eye : (3,) metres, world frame
    directions : (C, R, 3) unit vectors, world frame
    timestamp_ns : int64 instant

    Returns
    -------
    (C, R, 3) uint8, BGR
    """
    colors = _sky(directions)
    owners = hits.owners
    ground = (owners == ROAD) | (owners == PAVEMENT)
    places = eye[:2] + directions[ground][:, :2] * hits.distances[ground][:, None]
    colors[ground] = _ground(places, owners[ground], hits.cosines[ground], world.ground.streets)
    for owner, rays in _rays_by_owner(owners):
        points = eye + directions.reshape(-1, 3)[rays] * hits.distances.ravel()[rays][:, None]
        colors.reshape(-1, 3)[rays] = _box(world, owner, points, hits.faces.ravel()[rays], timestamp_ns)
    seen = owners != NOTHING
    haze = (1 - np.exp(-hits.distances[seen] / _HAZE_RANGE)).astype(np.float32)[:, None]
    colors[seen] = colors[seen] * (1 - haze) + haze * _HAZE
    return np.clip(colors, 0, 255).astype(np.uint8)


def _rays_by_owner(owners: NDArray[np.int32]) -> list[tuple[int, NDArray[np.int64]]]:
    """Rays that met boxes, as rows of the flattened array, by box."""
    on_box = np.flatnonzero(owners >= 0)
    on_box = on_box[np.argsort(owners.ravel()[on_box], kind="stable")]
    numbers, starts = np.unique(owners.ravel()[on_box], return_index=True)
    return list(zip(numbers.tolist(), np.split(on_box, starts[1:]), strict=True)) if len(numbers) else []


def _sky(directions: NDArray[np.float64]) -> Colors:
    height = np.clip(directions[..., 2:] * 2.2, 0, 1).astype(np.float32)
    return np.asarray(_HAZE * (1 - height) + height * _ZENITH, np.float32)


def _ground(
    places: NDArray[np.float64], owners: NDArray[np.int32], cosines: NDArray[np.float32], streets: Streets
) -> Colors:
    """Asphalt with a dashed middle line, and pavement of slabs; steep faces of the pavement are kerb stones."""
    colors = np.full((len(places), 3), 92, np.float32)
    pavement = owners == PAVEMENT
    slabs = (np.floor(places[:, 0] / 1.5) + np.floor(places[:, 1] / 1.5)) % 2
    colors[pavement] = (148 + 7 * slabs[pavement, None]).astype(np.float32) + np.array([0, 3, 8], np.float32)
    from_middle = np.abs(places - np.round(places / streets.spacing) * streets.spacing)
    for across in range(2):
        along = 1 - across
        line = ~pavement & (from_middle[:, across] < 0.08) & (places[:, along] % 6.0 < 3.0)
        colors[line & (from_middle[:, along] > streets.half_width + streets.corner_radius)] = 225
    colors[pavement & (cosines > 0.9)] *= 0.8
    return colors


def _box(world: World, owner: int, points: NDArray[np.float64], faces: NDArray[np.int8], timestamp_ns: int) -> Colors:
    """Paint one box; `local` runs from -1 to 1 between its faces."""
    n_actors = len(world.actors)
    is_actor = owner < n_actors
    if is_actor:
        box = world.boxes(world.actors[owner], np.array([timestamp_ns], np.int64))
    else:
        box = world.town[owner - n_actors : owner - n_actors + 1]
    rotation, size = box.rotations[0], box.sizes[0]
    local = (points - box.centers[0]) @ rotation / (size / 2)
    if is_actor:
        category = world.actors[owner].category
        draw = _person if category in ("pedestrian", "cyclist") else _motor_vehicle
        colors = draw(local, faces, owner)
    elif world.town_kinds[owner - n_actors] == HOUSE:
        colors = _house(local * size / 2, faces, float(size[2]), owner)
    else:
        color = {LEAVES: _LEAF, WALL: _BRICK}.get(int(world.town_kinds[owner - n_actors]), _IRON)
        colors = np.tile(np.array(color, np.float32), (len(points), 1))
    normals = np.concatenate([rotation.T, -rotation.T])[[0, 3, 1, 4, 2, 5]]
    light = (0.62 + 0.38 * np.clip(normals @ _SUN, 0, 1)).astype(np.float32)
    return np.asarray(colors * light[faces][:, None], np.float32)


def _motor_vehicle(local: NDArray[np.float64], faces: NDArray[np.int8], number: int) -> Colors:
    colors = np.tile(_PAINTS[number % len(_PAINTS)].astype(np.float32), (len(local), 1))
    x, y, z = local.T
    side, front, back = (faces == 2) | (faces == 3), faces == 0, faces == 1
    across = np.where(side, np.abs(x + 0.1), np.abs(y))
    colors[(side | front | back) & (z > 0.2) & (z < 0.82) & (across < 0.82)] = _GLASS
    colors[side & (np.abs(x) < 0.03) & (z > 0.2)] = _PAINTS[number % len(_PAINTS)]
    colors[side & (np.abs(np.abs(x) - 0.62) < 0.15) & (z < -0.45)] = _TYRE
    colors[(side | front | back) & (z < -0.86)] = _TYRE
    lamps = (np.abs(y) > 0.6) & (np.abs(z + 0.15) < 0.14)
    colors[front & lamps] = (215, 245, 250)
    colors[back & lamps] = (40, 35, 200)
    return colors


def _person(local: NDArray[np.float64], faces: NDArray[np.int8], number: int) -> Colors:
    colors = np.tile(_CLOTHES[number % len(_CLOTHES)].astype(np.float32), (len(local), 1))
    z = local[:, 2]
    colors[z < -0.05] = (70, 60, 55)
    colors[z > 0.72] = _SKIN
    colors[(z > 0.9) | ((z > 0.72) & (faces == 1))] = (40, 55, 75)
    return colors


def _house(metres: NDArray[np.float64], faces: NDArray[np.int8], height: float, number: int) -> Colors:
    colors = np.tile(_WALLS[number % len(_WALLS)].astype(np.float32), (len(metres), 1))
    along = np.where(faces < 2, metres[:, 1], metres[:, 0])
    above = metres[:, 2] + height / 2
    window = (np.abs(along % 2.8 - 1.4) < 0.6) & (np.abs(above % 3.0 - 2.6) < 0.75 * (above % 3.0 > 1.4))
    colors[window & (faces < 4) & (above < height - 0.4)] = (110, 95, 80)
    return colors
