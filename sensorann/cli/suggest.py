"""`sensorann suggest`: which frame to correct next, and why."""

from dataclasses import asdict
from typing import Annotated

import numpy as np
from cyclopts import Parameter

from sensorann import tracks
from sensorann.cli.label_formats import FromFormat
from sensorann.cli.labels import read_labels
from sensorann.cli.output import AsJson, print_json
from sensorann.errors import UsageError
from sensorann.formats import open_drive
from sensorann.scene import frame_timestamps_ns


def suggest(
    labels: str,
    /,
    *,
    drive: str,
    n: Annotated[int, Parameter(name=["-n", "--number"])] = 5,
    track: str | None = None,
    every: int = 1,
    from_format: FromFormat = None,
    as_json: AsJson = False,
) -> None:
    """Name the frames whose correction removes most expected error, and why.

    Give it keyframes, or better the tracks that `sensorann interpolate` completed: then it knows where points were
    followed and where not. Boxes of a detector count as not looked at. Each suggestion takes those before it as done.

    For example:

        sensorann suggest complete.json --drive kitti/training#0000
        sensorann suggest complete.json --drive kitti/training#0000 --track 17 -n 1 --json

    Parameters
    ----------
    labels
        Keyframes or completed tracks, in any format that `sensorann convert` reads, or STORE#DRIVE.
    drive
        The recording (ROOT or ROOT#NAME).
    n
        Number of suggestions.
    track
        Only this track.
    every
        Suggest only every so many frames of the drive, from the first one on, such as those that are labelled.
    from_format
        Format of the labels; recognised when not given.
    as_json
        Print the suggestions as JSON.
    """
    if n < 1:
        raise UsageError(f"-n must be a number of suggestions, 1 or more, got {n}")
    if every < 1:
        raise UsageError(f"--every must be a number of frames, 1 or more, got {every}")
    recording = open_drive(drive)
    given = read_labels(labels, drive=recording, format=from_format)
    instants = frame_timestamps_ns(recording)
    found = tracks.suggest(given, recording, n=n, track_id=track, candidates_ns=instants[::every])
    frames = np.searchsorted(instants, [item.timestamp_ns for item in found])
    if as_json:
        print_json([{"frame": int(frame), **asdict(item)} for frame, item in zip(frames, found, strict=True)])
        return
    for frame, item in zip(frames, found, strict=True):
        print(f"track {item.track_id}, frame {frame}: {item.reason} (+{item.gain:.2f} IoU over the track)")
    if len(found) < n:
        print(f"{'no' if not found else 'no more'} frames between keyframes to correct")
