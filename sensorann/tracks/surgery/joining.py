"""Two tracks become one: whose box holds at an instant that both have, and the columns joined."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from sensorann.errors import ArgumentError
from sensorann.geometry import Cuboids
from sensorann.scene import ImageTrack, Source, Track
from sensorann.scene.track import Attribute

# The first of these that has a box at an instant keeps it: people, then what was given, then what was computed.
PRECEDENCE = (Source.HUMAN, Source.IMPORTED, Source.DETECTED, Source.FITTED, Source.INTERPOLATED)
_RANKS = np.argsort(np.array(PRECEDENCE)).astype(np.int64)


def ranks(sources: NDArray[np.uint8]) -> NDArray[np.int64]:
    """Place of each source in `PRECEDENCE` (N,): 0 is a person."""
    return np.asarray(_RANKS[sources])


def join(first: Track, second: Track) -> Track:
    """Join the boxes of two tracks; id and category are the first one's, and so is an attribute that both have.

    Raises
    ------
    ArgumentError
        When both have a human box at one instant.
    """
    rows = _rows_kept(first, second, what=f"tracks {first.id} and {second.id}")
    return replace(
        first,
        timestamps_ns=np.concatenate([first.timestamps_ns, second.timestamps_ns])[rows],
        cuboids=Cuboids.concatenate([first.cuboids, second.cuboids])[rows],
        sources=np.concatenate([first.sources, second.sources])[rows],
        sigmas=np.concatenate([first.sigmas, second.sigmas])[rows],
        attributes={**second.attributes, **first.attributes},
        box_attributes=_joined_attributes(first, second, rows),
    )


def join_images(first: ImageTrack, second: ImageTrack) -> ImageTrack:
    """Join the boxes of two image tracks of one camera, by the same rules."""
    rows = _rows_kept(first, second, what=f"image tracks {first.id} and {second.id} in {first.camera}")
    return replace(
        first,
        timestamps_ns=np.concatenate([first.timestamps_ns, second.timestamps_ns])[rows],
        boxes=np.concatenate([first.boxes, second.boxes])[rows],
        sources=np.concatenate([first.sources, second.sources])[rows],
    )


def join_all_images(image_tracks: Sequence[ImageTrack]) -> tuple[ImageTrack, ...]:
    """Join the image tracks that have the same id and camera, at the place of the first of them."""
    joined: dict[tuple[str, str], ImageTrack] = {}
    for track in image_tracks:
        key = track.id, track.camera
        joined[key] = join_images(joined[key], track) if key in joined else track
    return tuple(joined.values())


def _rows_kept(first: Track | ImageTrack, second: Track | ImageTrack, *, what: str) -> NDArray[np.int64]:
    """Rows of both end to end, in time order, one per instant."""
    human = [track.timestamps_ns[track.sources == Source.HUMAN] for track in (first, second)]
    contested = np.intersect1d(*human)
    if len(contested):
        raise ArgumentError(
            f"{what} both have a human box at {contested[0]} ns (and at {len(contested) - 1} more instants): "
            "delete one of the two first"
        )
    times = np.concatenate([first.timestamps_ns, second.timestamps_ns])
    # The sort is stable: of equal sources at one instant the first track's box comes first.
    order = np.lexsort((ranks(np.concatenate([first.sources, second.sources])), times))
    is_new = np.diff(times[order], prepend=times[order][:1] - 1) > 0
    return np.asarray(order[is_new], np.int64)


def _joined_attributes(
    first: Track, second: Track, rows: NDArray[np.int64]
) -> Mapping[str, tuple[Attribute | None, ...]]:
    joined = {}
    for name in dict.fromkeys([*first.box_attributes, *second.box_attributes]):
        values = [
            *first.box_attributes.get(name, (None,) * len(first)),
            *second.box_attributes.get(name, (None,) * len(second)),
        ]
        joined[name] = tuple(values[i] for i in rows)
    return joined
