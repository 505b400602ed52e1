"""Draw the findings in PandaSet that docs/quality.md speaks of, from above, and a report of a simulated drive.

Drawings of points of PandaSet (Hesai and Scale AI, CC BY 4.0) are shown with its name; its pictures are not.

    python -m benchmarks.check_pictures        # writes docs/findings.png and docs/report.jpg
"""

from __future__ import annotations

import tempfile
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

import sensorann as sa
from benchmarks.kitti_interpolation import DATA
from benchmarks.report import REPOSITORY
from sensorann.images.files import write_picture
from sensorann.qa import check
from sensorann.qa.report import write_report
from sensorann.qa.report.looks import look_at
from sensorann.scene import labels_in_world
from sensorann.tracks import surgery

_COLUMNS, _CAPTION_PX = 5, 18


def main() -> None:
    write_picture(drawn_findings(), REPOSITORY / "docs" / "findings.png")
    with tempfile.TemporaryDirectory() as folder:
        write_picture(photographed(simulated_report(Path(folder))), REPOSITORY / "docs" / "report.jpg")


def drawn_findings() -> NDArray[np.uint8]:
    """All findings of PandaSet 002 from above, in the order of their scores, numbered."""
    address = DATA / "pandaset_nuscenes"
    drive = sa.open_drive(address)
    labels = labels_in_world(sa.read_labels(address, drive=drive), drive.trajectory)
    findings = check(labels, drive)
    tiles = []
    for number, (finding, look) in enumerate(zip(findings, look_at(findings, labels, drive), strict=True), start=1):
        tile = np.asarray(cv2.imdecode(np.frombuffer(look.above, np.uint8), cv2.IMREAD_COLOR), np.uint8)
        caption = np.full((_CAPTION_PX, tile.shape[1], 3), 255, np.uint8)
        text, place = f"{number} {finding.rule}", (3, _CAPTION_PX - 5)
        cv2.putText(caption, text, place, cv2.FONT_HERSHEY_SIMPLEX, 0.4, (40, 40, 40), 1, cv2.LINE_AA)
        tiles.append(np.concatenate([caption, tile]))
    tiles += [np.full_like(tiles[0], 255)] * (-len(tiles) % _COLUMNS)
    rows = [np.concatenate(tiles[i : i + _COLUMNS], axis=1) for i in range(0, len(tiles), _COLUMNS)]
    return np.concatenate(rows)


def simulated_report(folder: Path) -> Path:
    """The report of a simulated drive in whose labels one car faces backwards for a moment, and one is not labelled."""
    drive, labels = sa.simulate_drive(seed=3, n_frames=16, n_actors=20)
    first, second = [track for track in labels.tracks if track.category == "car"][:2]
    labels = surgery.reverse(labels, first.id, span=(int(first.timestamps_ns[6]), int(first.timestamps_ns[9])))
    labels = replace(labels, tracks=tuple(track for track in labels.tracks if track.id != second.id))
    path = folder / "report.html"
    write_report(path, labels, check(labels, drive), drive=drive, source="simulated")
    return path


def photographed(page: Path) -> NDArray[np.uint8]:
    """The top of a page as a browser shows it."""
    from tests.browser import running

    with running() as browser:
        browser.open(page)
        picture = np.frombuffer(browser.window.get_screenshot_as_png(), np.uint8)
    image = np.asarray(cv2.imdecode(picture, cv2.IMREAD_COLOR), np.uint8)
    return np.asarray(cv2.resize(image, None, fx=0.7, fy=0.7, interpolation=cv2.INTER_AREA), np.uint8)


if __name__ == "__main__":
    main()
