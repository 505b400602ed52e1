"""Lenses from recorded chessboards beside OpenCV on the same corners.

python -m benchmarks.lenses            print the tables of docs/calibration.md
python -m benchmarks.lenses --write    put them there
"""

from __future__ import annotations

import argparse
from pathlib import Path
from time import process_time

import cv2
import numpy as np

from benchmarks.kitti_interpolation import DATA as RECORDED
from benchmarks.report import REPOSITORY, write
from calib.boards.pictures import Board, find_views, read_picture, read_views
from calib.lenses.camera import BoardViews, calibrate_camera
from calib.lenses.trust import CANDIDATES, choose_lens, trust_lens

DOCS = REPOSITORY / "docs" / "calibration.md"
FLAGS = {4: cv2.CALIB_FIX_K3, 5: 0, 8: cv2.CALIB_RATIONAL_MODEL}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--write", action="store_true", help="update docs/calibration.md")
    options = parser.parse_args()
    tables = {"lenses": lens_table(), "lens speed": speed_table()}
    print("\n\n".join(tables.values()))
    if options.write:
        write(tables, DOCS)


def recorded_paths() -> list[Path]:
    return sorted((RECORDED / "chessboard").glob("*.jpg"))


def recorded_views() -> BoardViews:
    return read_views(recorded_paths(), Board(pattern="chessboard", columns=9, rows=6))[0]


def lens_table() -> str:
    begin = process_time()
    paths, views = recorded_paths(), recorded_views()
    seconds = (process_time() - begin) / len(paths)
    found = f"{len(views)} of {len(paths)} pictures, {seconds:.2f} s of CPU time each to find the corners"
    head = f"| {found} | rms | OpenCV | held out | halves differ (95 %) | CPU time | OpenCV |"
    return "\n".join([head, "|---|---|---|---|---|---|---|", *(lens_row(views, *model) for model in CANDIDATES)])


def speed_table() -> str:
    """Everything that `calibrate camera` does, on forty large pictures: ten recorded ones, four times each."""
    views, seconds = timed_session()
    head = "| pictures | read | boards found | lens chosen and tried | together |"
    size = f"{len(views)} of {views.size[0]} x {views.size[1]}"
    row = " | ".join(f"{one:.1f} s" for one in [*seconds, sum(seconds)])
    return "\n".join([head, "|---|---|---|---|---|", f"| {size} | {row} |"])


def timed_session() -> tuple[BoardViews, list[float]]:
    """Views found, and CPU seconds to read the pictures, to find the boards and to choose the lens."""
    begin = process_time()
    board = Board(pattern="chessboard", columns=7, rows=5, spacing=0.095)
    paths = sorted((RECORDED / "acfr_camlidar" / "images").glob("*.png"))
    pictures = {f"{i} {path.name}": read_picture(path, grey=True) for i in range(4) for path in paths}
    read = process_time()
    views, _ = find_views(pictures, board)
    found = process_time()
    choose_lens(views)
    return views, [read - begin, found - read, process_time() - found]


def lens_row(views: BoardViews, model: str, n_coefficients: int) -> str:
    begin = process_time()
    lens = calibrate_camera(views, model=model, n_coefficients=n_coefficients)
    seconds = process_time() - begin
    trust = trust_lens(views, lens)
    theirs = ("", "")
    if model == "pinhole":
        begin = process_time()
        rms = opencv_rms(views, FLAGS[n_coefficients])
        theirs = (f"{rms:.4f} px", f"{process_time() - begin:.2f} s")
    return (
        f"| {model}, {n_coefficients} coefficients | {lens.rms:.4f} px | {theirs[0]} | {trust.held_out_rms:.3f} px "
        f"| {trust.halves_differ:.1f} px | {seconds:.2f} s | {theirs[1]} |"
    )


def opencv_rms(views: BoardViews, flags: int) -> float:
    board = [views.board.astype(np.float32)] * len(views)
    pixels = [one.astype(np.float32)[:, None] for one in views.pixels]
    return cv2.calibrateCamera(board, pixels, views.size, None, None, flags=flags)[0]


if __name__ == "__main__":
    main()
