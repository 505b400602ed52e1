"""Which boxes are which object, wrongly: doubles, switches, pieces, gaps and ends."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from benchmarks.seeding import SHORTEST, Field, Seed, Seeded, Sown, changed, near, pick_rows
from sensorann.scene import Motion, Track
from sensorann.tracks import surgery


def doubled(kind: str, metres: float, n: int) -> Seed:
    """Label an object a second time, a little elsewhere; n boxes of it, 0 for all."""

    def sow(field: Field, rng: np.random.Generator) -> Sown:
        found = pick_rows(field, rng, lambda track: np.ones(len(track), np.bool_), n or SHORTEST)
        if found is None:
            return None
        track, rows = found
        rows = rows if n else np.arange(len(track))
        angle, noise = rng.uniform(0, 2 * np.pi), rng.normal(0, 0.05, (len(rows), 3))
        moved = changed(track, rows, shift=noise + metres * np.array([np.cos(angle), np.sin(angle), 0]))
        double = replace(moved[rows], id=f"{track.id}-double")
        # Nobody knows which of two labels of one object came first.
        tracks = (*field.labels.tracks, double) if rng.random() < 0.5 else (double, *field.labels.tracks)
        labels = replace(field.labels, tracks=tracks)
        times = double.timestamps_ns
        objects = frozenset({track.id, double.id})
        return labels, Seeded(kind=kind, objects=objects, first_ns=int(times[0]), last_ns=int(times[-1]))

    return sow


def pressed(kind: str, share: float) -> Seed:
    """Put a second box of the same size into a vehicle, moved by a share of its length."""

    def sow(field: Field, rng: np.random.Generator) -> Sown:
        found = pick_rows(field, rng, near(field), SHORTEST, Motion.VEHICLE)
        if found is None:
            return None
        track, rows = found
        forward = track.cuboids.rotations[rows, :, 0] * track.cuboids.sizes[rows, :1]
        second = replace(changed(track, rows, shift=(1 - share) * forward)[rows], id=f"{track.id}-pressed")
        labels = replace(field.labels, tracks=(*field.labels.tracks, second))
        times = second.timestamps_ns
        objects = frozenset({track.id, second.id})
        return labels, Seeded(kind=kind, objects=objects, first_ns=int(times[0]), last_ns=int(times[-1]))

    return sow


def switched(kind: str, nearest: float, farthest: float) -> Seed:
    """Let two tracks exchange their objects from one frame on."""

    def sow(field: Field, rng: np.random.Generator) -> Sown:
        tracks = field.tracks()
        for i in rng.permutation(len(tracks)):
            for j in rng.permutation(len(tracks)):
                a, b = tracks[i], tracks[j]
                if i == j or a.category != b.category:
                    continue
                common, own, other = np.intersect1d(a.timestamps_ns, b.timestamps_ns, return_indices=True)
                apart = np.linalg.norm(a.cuboids.centers[own] - b.cuboids.centers[other], axis=1)
                fine = (apart > nearest) & (apart < farthest)
                fine &= (own >= 5) & (own < len(a) - 5) & (other >= 5) & (other < len(b) - 5)
                if fine.any():
                    return _exchange(field, a, b, int(rng.choice(common[fine])), kind)
        return None

    return sow


def _exchange(field: Field, a: Track, b: Track, time_ns: int, kind: str) -> Sown:
    labels = replace(field.labels, image_tracks=())
    labels = surgery.split(labels, a.id, time_ns, new_id="a tail")
    labels = surgery.split(labels, b.id, time_ns, new_id="b tail")
    labels = surgery.merge(labels, a.id, "b tail")
    labels = surgery.merge(labels, b.id, "a tail")
    return labels, Seeded(kind=kind, objects=frozenset({a.id, b.id}), first_ns=time_ns, last_ns=time_ns)


def cut(kind: str, n_lost: int) -> Seed:
    """Give an object a new id from one frame on, some boxes between being lost."""

    def sow(field: Field, rng: np.random.Generator) -> Sown:
        tracks = field.tracks(shortest=SHORTEST + n_lost)
        if not tracks:
            return None
        track = tracks[int(rng.integers(len(tracks)))]
        row = int(rng.integers(5, len(track) - n_lost - 5))
        later = replace(track[np.arange(row + n_lost, len(track))], id=f"{track.id}-later")
        parts = (track[np.arange(row)], later)
        tracks = tuple(part for one in field.labels.tracks for part in (parts if one.id == track.id else (one,)))
        times = (int(parts[0].timestamps_ns[-1]), int(later.timestamps_ns[0]))
        objects = frozenset({track.id, later.id})
        return replace(field.labels, tracks=tracks), Seeded(
            kind=kind, objects=objects, first_ns=times[0], last_ns=times[1]
        )

    return sow


def emptied(kind: str, n: int, *, at_end: bool = False) -> Seed:
    """Take n boxes out of the middle of a track, or from its end, where the object is near and not hidden."""

    def sow(field: Field, rng: np.random.Generator) -> Sown:
        def plain(track: Track) -> NDArray[np.bool_]:
            occluded = np.array(track.box_attributes.get("occluded", (0,) * len(track)), np.float64)
            truncated = np.array(track.box_attributes.get("truncated", (0,) * len(track)), np.float64)
            fine = near(field)(track) & (occluded == 0) & (truncated == 0)
            fine[:5] = fine[-5:] = False
            return fine

        found = pick_rows(field, rng, plain, n)
        if found is None:
            return None
        track, rows = found
        kept = np.arange(rows[0]) if at_end else np.delete(np.arange(len(track)), rows)
        tracks = tuple(track[kept] if one.id == track.id else one for one in field.labels.tracks)
        first, last = (
            int(track.timestamps_ns[rows[0] - 1]),
            int(track.timestamps_ns[rows[0] if at_end else rows[-1] + 1]),
        )
        seeded = Seeded(kind=kind, objects=frozenset({track.id}), first_ns=first, last_ns=last)
        return replace(field.labels, tracks=tracks), seeded

    return sow
