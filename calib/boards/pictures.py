"""Chessboards, ChArUco boards, grids of circles and holes found in pictures, to a fraction of a pixel."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, get_args

import cv2
import numpy as np
from numpy.typing import NDArray

from calib.boards.hole_pictures import find_holes_in_picture
from calib.estimation.robust import Rejection
from calib.lenses.camera import BoardViews
from calib.targets.detections import Floats
from sensorann.errors import ArgumentError, CalibrationError
from sensorann.files import require_file

Pattern = Literal["chessboard", "charuco", "circles", "asymmetric circles", "holes"]
PATTERNS: tuple[Pattern, ...] = get_args(Pattern)
MARKERS, MARKER_SHARE = "DICT_5X5_250", 0.75
# Fewer corners of a board whose markers name them tell no pose.
_LEAST_CORNERS = 8
# The edge of a picture in which chessboards are searched first, pixels.
_SEARCHED_EDGE = 640
# Pixels around a corner in which no other may lie.
_REFINED_WITHIN = (3, 12)
_REFINED_UNTIL = (cv2.TERM_CRITERIA_EPS + cv2.TERM_CRITERIA_MAX_ITER, 50, 1e-3)
_CORNERS = cv2.CALIB_CB_ACCURACY | cv2.CALIB_CB_NORMALIZE_IMAGE


@dataclass(frozen=True, kw_only=True, slots=True)
class Board:
    """A flat board with a regular pattern.

    Attributes
    ----------
    pattern : what is printed on it
    columns, rows : inner corners, or circles; of asymmetric circles, those of one row, and rows
    spacing : metres between neighbours; between rows of asymmetric circles. Intrinsics do not depend on it
    markers : of a ChArUco board: the dictionary of its markers, as OpenCV calls it
    marker_share : of a ChArUco board: side of a marker over side of a square
    hole : of a board with four round holes in a square, 2 columns and 2 rows: their diameter in metres
    """

    pattern: Pattern
    columns: int
    rows: int
    spacing: float = 1.0
    markers: str = MARKERS
    marker_share: float = MARKER_SHARE
    hole: float = 0.0

    def __post_init__(self) -> None:
        if self.pattern == "holes":
            self._check_holes()
        elif min(self.columns, self.rows) < 3 or not self.spacing > 0:
            raise ArgumentError(
                f"a board needs 3 columns and rows or more and a spacing above 0, got {self.columns} x {self.rows} "
                f"at {self.spacing} m"
            )
        if not hasattr(cv2.aruco, self.markers) or not 0 < self.marker_share < 1:
            raise ArgumentError(
                "a ChArUco board has markers of a dictionary such as DICT_5X5_250, smaller than its squares, got "
                f"{self.markers!r} of {self.marker_share} squares"
            )

    def _check_holes(self) -> None:
        if (self.columns, self.rows) != (2, 2) or not 0 < self.hole < self.spacing:
            raise ArgumentError(
                "a board with holes has 2 columns and 2 rows of them, smaller than their spacing, got "
                f"{self.columns} x {self.rows} of {self.hole:g} m at {self.spacing:g} m"
            )

    @property
    def points(self) -> Floats:
        """Corners (columns * rows, 3) in the board frame, row by row, metres."""
        row, column = np.mgrid[: self.rows, : self.columns]
        if self.pattern == "asymmetric circles":
            column = 2 * column + row % 2
        return self.spacing * np.stack([column.ravel(), row.ravel(), np.zeros(row.size)], axis=1)


def find_board(image: NDArray[np.uint8], board: Board) -> Floats | None:
    """Find the corners (columns * rows, 2) of a board in a grey picture; None when too few are seen.

    Of a ChArUco board, whose markers name the corners, those that are hidden are NaN; of the others all must be seen.
    The chessboard search needs no thresholds (A. Duda and U. Frese, 2018: a Radon transform of the corners).
    """
    size = (board.columns, board.rows)
    if board.pattern == "charuco":
        return _find_charuco(image, board)
    if board.pattern == "holes":
        return find_holes_in_picture(image, spacing=board.spacing, diameter=board.hole)
    if board.pattern == "chessboard":
        return _find_chessboard(image, size)
    regular = board.pattern == "circles"
    grid = cv2.CALIB_CB_SYMMETRIC_GRID if regular else cv2.CALIB_CB_ASYMMETRIC_GRID
    found, corners = cv2.findCirclesGrid(image, size, flags=grid)
    return np.asarray(corners, np.float64).reshape(-1, 2) if found else None


def _find_chessboard(image: NDArray[np.uint8], size: tuple[int, int]) -> Floats | None:
    """Search a reduced picture and refine in the full one; where that fails, search at full size, and then thoroughly.

    The search takes as long as the picture has pixels; where corners lie to a pixel is seen in a small one as well.
    """
    reduction = max(image.shape) / _SEARCHED_EDGE
    if reduction > 1.0:
        small = cv2.resize(image, None, fx=1 / reduction, fy=1 / reduction, interpolation=cv2.INTER_AREA)
        found, corners = cv2.findChessboardCornersSB(small, size, flags=_CORNERS)
        if found:
            scale = np.array(image.shape[::-1]) / small.shape[::-1]
            # Pixel (0, 0) is the middle of the first pixel, in both.
            return _refined(image, (corners.reshape(-1, 2) + 0.5) * scale - 0.5, size)
    for flags in (_CORNERS, _CORNERS | cv2.CALIB_CB_EXHAUSTIVE):
        found, corners = cv2.findChessboardCornersSB(image, size, flags=flags)
        if found:
            return np.asarray(corners, np.float64).reshape(-1, 2)
    return None


def _refined(image: NDArray[np.uint8], corners: Floats, size: tuple[int, int]) -> Floats:
    """Move corners (C, 2) of a chessboard to where the gradients around them meet."""
    grid = corners.reshape(size[1], size[0], 2)
    gap = min(float(np.linalg.norm(np.diff(grid, axis=axis), axis=2).min()) for axis in (0, 1))
    reach = int(np.clip(gap / 3, *_REFINED_WITHIN))
    start = np.ascontiguousarray(corners, np.float32)
    return np.asarray(cv2.cornerSubPix(image, start, (reach, reach), (-1, -1), _REFINED_UNTIL), np.float64)


def charuco_board(board: Board) -> cv2.aruco.CharucoBoard:
    """Return OpenCV's ChArUco board with these inner corners, which can be found and drawn."""
    dictionary = cv2.aruco.getPredefinedDictionary(getattr(cv2.aruco, board.markers))
    squares = (board.columns + 1, board.rows + 1)
    return cv2.aruco.CharucoBoard(squares, board.spacing, board.spacing * board.marker_share, dictionary)


def _find_charuco(image: NDArray[np.uint8], board: Board) -> Floats | None:
    corners, numbers, _, _ = cv2.aruco.CharucoDetector(charuco_board(board)).detectBoard(image)
    if numbers is None or len(numbers) < _LEAST_CORNERS:
        return None
    pixels = np.full((board.columns * board.rows, 2), np.nan)
    pixels[np.ravel(numbers)] = np.reshape(corners, (-1, 2))
    # Corners of one row or column lie on a line, which tells no pose.
    seen = np.isfinite(pixels[:, 0]).reshape(board.rows, board.columns)
    return pixels if min(seen.any(axis=0).sum(), seen.any(axis=1).sum()) > 1 else None


def read_views(paths: Sequence[Path], board: Board) -> tuple[BoardViews, tuple[Rejection, ...]]:
    """Find a board in pictures; see `find_views`.

    Raises
    ------
    MissingDataError
        When a picture is not there.
    CalibrationError
        When there is no picture, or none shows the board.
    """
    return find_views({path.name: read_picture(path, grey=True) for path in paths}, board)


def find_views(
    images: Mapping[str, NDArray[np.uint8]],
    board: Board,
    *,
    progress: Callable[[int, int], None] = lambda _done, _total: None,
) -> tuple[BoardViews, tuple[Rejection, ...]]:
    """Find a board in pictures.

    Parameters
    ----------
    images : name to grey picture
    board : Board
    progress : called with the pictures searched and their number

    Returns
    -------
    the pictures in which the board is found, and those left out, with the reason

    Raises
    ------
    CalibrationError
        When there is no picture, or none shows the board.
    """
    sizes = Counter((image.shape[1], image.shape[0]) for image in images.values())
    if not sizes:
        raise CalibrationError("no pictures to find a board in")
    size = sizes.most_common(1)[0][0]
    found: dict[str, Floats] = {}
    rejected = []
    for done, (name, image) in enumerate(images.items()):
        progress(done, len(images))
        own = (image.shape[1], image.shape[0])
        corners = find_board(image, board) if own == size else None
        if corners is not None:
            found[name] = corners
        else:
            how_many = "too few of" if board.pattern == "charuco" else "not all"
            reason = f"{how_many} {board.columns} x {board.rows} corners were found"
            if own != size:
                reason = f"is {own[0]} x {own[1]} pixels, most pictures are {size[0]} x {size[1]}: it may be cropped"
            rejected.append(Rejection(name, reason))
    if not found:
        raise CalibrationError(
            f"none of {len(images)} pictures shows a board of {board.columns} x {board.rows} corners"
        )
    pixels = np.stack(list(found.values()))
    return BoardViews(board=board.points, pixels=pixels, size=size, names=tuple(found)), tuple(rejected)


def read_picture(path: Path, *, grey: bool) -> NDArray[np.uint8]:
    """Read a picture: (height, width) grey, or (height, width, 3) BGR.

    Raises
    ------
    MissingDataError
        When it is not there.
    CalibrationError
        When OpenCV cannot read it.
    """
    image = cv2.imread(str(require_file(path)), cv2.IMREAD_GRAYSCALE if grey else cv2.IMREAD_COLOR)
    if image is None:
        raise CalibrationError(f"{path} is no picture that OpenCV can read")
    return np.asarray(image, np.uint8)
