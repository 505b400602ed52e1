"""`sensorann prelabel`: proposals for a drive that nobody has labelled."""

from collections import Counter
from pathlib import Path
from typing import Annotated, Any

from cyclopts import Parameter

from sensorann import tracks
from sensorann.cli.label_formats import ToFormat
from sensorann.cli.labels import check_writable, write_labels
from sensorann.cli.output import AsJson, print_json
from sensorann.cli.progress import counted
from sensorann.errors import UsageError
from sensorann.formats import open_drive, read_image_boxes
from sensorann.scene import Labels, Source
from sensorann.store.connecting import shown_address
from sensorann.tracks.prelabelling.prelabel import LEAST_CONFIDENCE, PROPOSED


def prelabel(
    drive: str,
    /,
    *,
    out: Annotated[str, Parameter(alias="-o")],
    frames: str = ":",
    categories: str = ",".join(PROPOSED),
    min_confidence: float = LEAST_CONFIDENCE,
    image_detections: Path | None = None,
    to_format: ToFormat = None,
    as_json: AsJson = False,
) -> None:
    """Propose tracks from the points of a drive, for people to correct: ground, groups, boxes, tracks.

    Needs no labels and no network. Every track says how likely it is an object (confidence) and whether it
    moves; every box carries a standard deviation.

    For example:

        sensorann prelabel kitti/training#0000 -o proposals.json
        sensorann prelabel day1.drive.h5 -o proposals.json --frames 100:200 --categories car,pedestrian

    Parameters
    ----------
    drive
        The recording (ROOT or ROOT#NAME), with sweeps of a LiDAR.
    out
        Where to write: .json is OpenLABEL, .txt KITTI, a folder nuScenes, unless --to says otherwise; or STORE#NAME.
    frames
        Which sweeps of the first LiDAR, counted from 0: A:B from A up to before B.
    categories
        What to look for, with commas between the names.
    min_confidence
        Leave out tracks that are less likely an object, 0 to 1.
    image_detections
        2D boxes on the drive's pictures, COCO or OpenLABEL: they name categories, and make what they see surer.
    to_format
        Format to write; follows the name when not given.
    as_json
        Print the summary as JSON.
    """
    chosen = _frames(frames)
    names = tuple(name.strip() for name in categories.split(",") if name.strip())
    check_writable(out, format=to_format)  # a slip in the name is told before the long work, not after it
    recording = open_drive(drive)
    boxes = () if image_detections is None else read_image_boxes(image_detections, drive=recording)
    with counted("proposing") as progress:
        labels = tracks.prelabel(
            recording,
            categories=names,
            frames=chosen,
            min_confidence=min_confidence,
            image_boxes=boxes,
            progress=progress,
        )
    settings = {
        "frames": frames,
        "categories": categories,
        "min_confidence": min_confidence,
        "image_detections": None if image_detections is None else str(image_detections),
    }
    written = write_labels(labels, out, drive=recording, format=to_format, kind="prelabel", machine=settings)
    summary = _summary(labels, shown_address(out)) | {"written": written.boxes}
    if as_json:
        print_json(summary)
        return
    kinds = ", ".join(f"{count} {name}" for name, count in summary["by_category"].items())
    print(
        f"{summary['out']}: {summary['tracks']} tracks proposed ({kinds or 'none'}), {summary['moving']} of them "
        f"moving; {summary['detected']} boxes seen, {summary['filled']} filled between them; "
        f"{summary['written']} boxes written"
    )


def _frames(text: str) -> slice:
    """Read A:B, of which either may be missing."""
    begin, colon, end = text.partition(":")
    if not colon or not all(part == "" or (part.isascii() and part.isdigit()) for part in (begin, end)):
        raise UsageError(f"--frames must be A:B with numbers of sweeps from 0, such as 100:200, got {text!r}")
    chosen = slice(int(begin) if begin else None, int(end) if end else None)
    if chosen.stop is not None and chosen.stop <= (chosen.start or 0):
        raise UsageError(
            f"--frames A:B goes from A up to before B, so that B must be the greater one, got {text!r}"
            + (f": did you mean {end}:{begin}?" if begin and chosen.stop < int(begin) else "")
        )
    return chosen


def _summary(labels: Labels, out: str) -> dict[str, Any]:
    n_detected = sum(int((item.sources == Source.DETECTED).sum()) for item in labels.tracks)
    return {
        "out": out,
        "drive": labels.drive_name,
        "frame": labels.frame,
        "tracks": len(labels.tracks),
        "by_category": dict(Counter(item.category for item in labels.tracks).most_common()),
        "moving": sum(bool(item.attributes["moving"]) for item in labels.tracks),
        "detected": n_detected,
        "filled": labels.n_boxes - n_detected,
    }
