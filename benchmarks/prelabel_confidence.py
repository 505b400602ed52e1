"""How often proposed tracks are objects, against the confidence that says so.

    python -m benchmarks.prelabel_confidence [--data FOLDER] [--write]    print the table
    python -m benchmarks.prelabel_confidence --fit                        print the weights of the confidence

All tracks that `sensorann prelabel` finds, whatever their confidence. One is an object when at least half of its boxes
where people labelled lie within 2 m of a label. Weights are fitted to twelve simulated drives with LiDARs of 16 to 128
beams, half of them between gardens (a logistic regression, with a pull towards zero; evidence for an object never
counts against it). The table is of what nothing was fitted to: KITTI 0000, PandaSet 002, and three more simulated
drives: without gardens, with them, and with them on hills, seen by 16 beams.
"""

from __future__ import annotations

import argparse
import itertools
import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.special import expit

import sensorann as sa
from benchmarks.kitti_interpolation import DATA
from benchmarks.prelabel import DOCUMENT, Recording, near_labels, recordings
from benchmarks.report import write
from sensorann.scene import Motion, default_ontology, frame_timestamps_ns
from sensorann.simulate.drive import Recent
from sensorann.tracks.association.tracking import track
from sensorann.tracks.prelabelling.completing import complete_tracks
from sensorann.tracks.prelabelling.detecting import detect_candidates
from sensorann.tracks.prelabelling.prelabel import PROPOSED

N_FRAMES = 40
# Seed, beams, actors, gardens, relief.
SIMULATED = (
    *((seed, n_beams, 30, False, 1.0) for seed, n_beams in ((11, 64), (12, 32), (13, 64), (14, 128))),
    (15, 16, 60, False, 2.0),
    (16, 64, 90, False, 1.0),
    *((seed, n_beams, 45, True, 1.0) for seed, n_beams in ((27, 64), (28, 64), (29, 128), (30, 32))),
    (31, 16, 45, True, 2.0),
    (32, 64, 90, True, 1.0),
)
UNSEEN = ((7, 64, 30, False, 1.0), (8, 64, 14, True, 1.0), (9, 16, 40, True, 3.0))
# What may only speak for an object (1) or against it (-1), in the order of `evidence`.
SIGNS = (0, 1, 1, 1, -1, -1, -1, 1, 1, 0, -1, -1, -1, -1, -1, -1, -1)
PULL = 1.0
BINS = (0.0, 0.1, 0.2, 0.4, 0.6, 1.0)


@dataclass(frozen=True, eq=False, kw_only=True)
class Sample:
    """One proposed track: what speaks for it, what was said, and whether it is an object."""

    drive: str
    vehicle: bool
    evidence: NDArray[np.float64]
    confidence: float
    right: bool


def simulated(drives: Sequence[tuple[int, int, int, bool, float]]) -> Iterator[Recording]:
    for seed, n_beams, n_actors, gardens, relief in drives:
        drive, truth = sa.simulate_drive(
            seed=seed, n_frames=N_FRAMES, n_actors=n_actors, n_beams=n_beams, gardens=gardens, relief=relief
        )
        held = replace(drive, _sweeps=Recent(2 * N_FRAMES))
        name = f"simulated {seed}, {n_beams} beams{', gardens' * gardens}"
        yield Recording(name=name, drive=held, truth=truth, camera_only=False)


def samples(recording: Recording) -> list[Sample]:
    drive, ontology = recording.drive, default_ontology()
    frames_ns, wanted = frame_timestamps_ns(drive), [ontology[name] for name in PROPOSED]
    detections, _ = detect_candidates(drive, frames_ns, categories=wanted, ontology=ontology)
    raw = track(detections, drive, min_detections=3)
    found = []
    for item in complete_tracks(raw, drive, categories=wanted, frames_ns=frames_ns):
        near = near_labels(recording, item.track)
        if len(near):
            found.append(
                Sample(
                    drive=recording.name,
                    vehicle=item.motion is Motion.VEHICLE,
                    evidence=item.evidence,
                    confidence=float(item.track.attributes["confidence"]),
                    right=bool(near.mean() >= 0.5),
                )
            )
    return found


def fitted(chosen: Sequence[Sample]) -> NDArray[np.float64]:
    """Weights of a logistic regression."""
    evidence = np.array([sample.evidence for sample in chosen])
    right = np.array([sample.right for sample in chosen], np.float64)

    def cost(weights: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        said, pulled = evidence @ weights, PULL * np.append(0.0, weights[1:])
        value = (np.logaddexp(0.0, said) - right * said).sum() + pulled @ weights / 2
        return float(value), evidence.T @ (expit(said) - right) + pulled

    bounds = [(0.0 if sign > 0 else None, 0.0 if sign < 0 else None) for sign in SIGNS]
    return minimize(cost, np.zeros(len(SIGNS)), jac=True, bounds=bounds, method="L-BFGS-B").x


def table(judged: Sequence[Sample]) -> str:
    lines = ["| drive | confidence | tracks | said | objects |", "|---" * 5 + "|"]
    for name in dict.fromkeys(sample.drive for sample in judged):
        for low, high in itertools.pairwise(BINS):
            own = [
                s for s in judged if s.drive == name and low <= s.confidence and (s.confidence < high or high == 1.0)
            ]
            if own:
                said, right = (np.mean([getattr(s, what) for s in own]) for what in ("confidence", "right"))
                lines.append(f"| {name} | {low:.1f} to {high:.1f} | {len(own)} | {said:.2f} | {right:.2f} |")
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=DATA, help="folder of the recorded drives (SENSORANN_DATA)")
    parser.add_argument("--fit", action="store_true", help="print the weights")
    parser.add_argument("--write", action="store_true", help="update docs/prelabel.md")
    options = parser.parse_args()
    logging.disable(logging.WARNING)
    if options.fit:
        found = [s for recording in simulated(SIMULATED) for s in samples(recording)]
        for vehicle, name in ((True, "vehicles"), (False, "others")):
            weights = fitted([s for s in found if s.vehicle == vehicle])
            print(name, ", ".join(f"{weight:.2f}" for weight in weights))
        return
    text = table([s for r in (*recordings(options.data), *simulated(UNSEEN)) for s in samples(r)])
    print(text)
    if options.write:
        write({"confidence": text}, DOCUMENT)


if __name__ == "__main__":
    main()
