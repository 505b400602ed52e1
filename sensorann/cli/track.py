"""`sensorann track`: a detector's output into clean tracks."""

from pathlib import Path
from typing import Annotated

import numpy as np
from cyclopts import Parameter

from sensorann import tracks
from sensorann.cli.label_formats import ToFormat
from sensorann.cli.labels import check_writable, write_labels
from sensorann.cli.output import AsJson, print_json
from sensorann.errors import UsageError
from sensorann.formats import open_drive, read_detections
from sensorann.scene import Source
from sensorann.store.connecting import shown_address


def track(
    detections: Path,
    /,
    *,
    drive: str,
    out: Annotated[str, Parameter(alias="-o")],
    min_score: float | None = None,
    min_detections: int = 3,
    to_format: ToFormat = None,
    as_json: AsJson = False,
) -> None:
    """Join detections to tracks, ready to become keyframes.

    Each category is tracked forward and back in time in the world frame, pieces are joined across occlusions, and each
    track gets one size, one score and one smooth path. Boxes at detections have the source detected, those between
    them interpolated; all carry a standard deviation.

    For example:

        sensorann track det_pointrcnn --drive kitti/training#0006 -o tracks.json
        sensorann track det_pointrcnn/Car/0006.txt --drive kitti/training#0006 -o 0006.txt --min-score 1.5

    Parameters
    ----------
    detections
        KITTI text with commas or a folder with a file of it per class, nuScenes results, or OpenLABEL with scores.
    drive
        The recording (ROOT or ROOT#NAME); its ego poses carry the boxes into the world frame.
    out
        Where to write: .json is OpenLABEL, .txt KITTI, a folder nuScenes, unless --to says otherwise; or STORE#NAME.
    min_score
        Leave out tracks with a lower score (the mean over their frames); all are kept when not given.
    min_detections
        Leave out tracks of fewer detections.
    to_format
        Format to write; follows the name when not given.
    as_json
        Print the summary as JSON.
    """
    if min_detections < 1:
        raise UsageError(f"--min-detections must be a number of detections, 1 or more, got {min_detections}")
    if min_score is not None and not np.isfinite(min_score):
        raise UsageError(f"--min-score must be a finite number, got {min_score}")
    check_writable(out, format=to_format)  # a slip in the name is told before the long work, not after it
    recording = open_drive(drive)
    given = read_detections(detections, drive=recording)
    labels = tracks.track(given, recording, min_score=min_score, min_detections=min_detections)
    settings = {"min_score": min_score, "min_detections": min_detections}
    written = write_labels(
        labels, out, drive=recording, format=to_format, kind="track", machine=settings, source=str(detections)
    )
    n_detected = sum(int((item.sources == Source.DETECTED).sum()) for item in labels.tracks)
    scores = sorted(float(item.attributes["score"]) for item in labels.tracks)
    if as_json:
        print_json(
            {
                "out": shown_address(out),
                "drive": labels.drive_name,
                "frame": labels.frame,
                "detections": len(given),
                "tracks": len(labels.tracks),
                "detected": n_detected,
                "filled": labels.n_boxes - n_detected,
                "written": written.boxes,
                "scores": scores,
            }
        )
        return
    print(
        f"{shown_address(out)}: {len(labels.tracks)} tracks of {n_detected} of {len(given)} detections, "
        f"{labels.n_boxes - n_detected} boxes filled between them; {written.boxes} boxes written"
    )
    if scores:
        middle = scores[len(scores) // 2]
        print(
            f"scores of tracks from {scores[0]:.2f} to {scores[-1]:.2f}, half of them below {middle:.2f} (--min-score)"
        )
