"""The pictures and the lens that a session file describes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from calib.boards.captures import described_captures, session_drive
from calib.boards.pictures import MARKER_SHARE, MARKERS, PATTERNS, Board, find_views
from calib.estimation.robust import Rejection
from calib.lenses.camera import BoardViews, Lens
from calib.lenses.models import N_FOCAL
from calib.lenses.spread import KnownLens
from calib.lenses.trust import LensTrust, choose_lens
from calib.targets.session import Session
from sensorann.errors import ArgumentError, CalibrationError, FormatError, MissingDataError
from sensorann.formats import read_rig_document
from sensorann.formats.strict_json import read_json
from sensorann.geometry import Camera
from sensorann.geometry.arrays import as_array


def describes_camera(session: Session) -> bool:
    """Tell whether a session knows the lens of its camera."""
    return "drive" in session.root or bool({"lens", "matrix"} & session.root.get("camera", {}).keys())


def described_lens(session: Session) -> KnownLens:
    """Return the camera of a session, with its covariance where the lens file states one.

    Raises
    ------
    FormatError
        When that is no covariance of the lens.
    """
    camera, described = described_camera(session), session.root.get("camera", {})
    path = session.path.parent / str(described.get("lens", ""))
    stated = read_json(path).get("covariance") if path.suffix == ".json" else None
    if not isinstance(stated, dict):
        return KnownLens(camera)
    n = N_FOCAL + len(camera.distortion)
    try:
        covariance = as_array(stated.get("matrix", ()), (n, n), np.float64, name="covariance of the lens", finite=True)
    except ArgumentError as error:
        raise FormatError(path, "covariance.matrix", expected=f"{n} x {n} numbers", found=str(error)) from error
    return KnownLens(camera, covariance)


def described_camera(session: Session) -> Camera:
    """Return the camera of a lens file, of the numbers in the session file itself, or of its drive."""
    described = session.root.get("camera", {})
    if "lens" in described:
        return _lens_of(session.path.parent / str(described["lens"]), session.name("camera"))
    if "matrix" not in described and "drive" in session.root:
        return session_drive(session).rig.camera(session.name("camera"))
    width, height = session.array("camera", "size_px", (2,)).astype(int)
    return Camera(
        matrix=session.array("camera", "matrix", (3, 3)),
        size=(int(width), int(height)),
        distortion=session.array("camera", "distortion", (-1,)) if "distortion" in described else np.zeros(0),
        model=described.get("model", "pinhole"),
    )


def _lens_of(path: Path, name: str) -> Camera:
    """Return the camera of that name of a calibration file, or the only one."""
    lenses = read_rig_document(path).lenses
    if name not in lenses and len(lenses) != 1:
        raise FormatError(path, "", expected=f"a lens, of {name} or only one", found=", ".join(lenses) or "none")
    try:
        return (lenses.get(name) or next(iter(lenses.values()))).camera()
    except ArgumentError as error:
        raise FormatError(path, name, expected="a whole lens", found=str(error)) from error


def described_board(session: Session) -> Board:
    """Return the board of a session's pictures."""
    described = session.root.get("images", {})
    stated = described.get("pattern", "chessboard")
    pattern = next((one for one in PATTERNS if one == stated), None)
    if pattern is None:
        raise FormatError(
            session.path, "[images] pattern", expected=f"one of {', '.join(PATTERNS)}", found=repr(stated)
        )
    four = 2 if pattern == "holes" else None
    return Board(
        pattern=pattern,
        columns=session.count("images", "columns", four),
        rows=session.count("images", "rows", four),
        spacing=session.number("images", "spacing_m", 1.0),
        markers=str(described.get("markers", MARKERS)),
        marker_share=session.number("images", "marker_share", MARKER_SHARE),
        hole=session.number("images", "hole_m") if pattern == "holes" else 0.0,
    )


def described_views(
    session: Session, *, lead: str = "camera", progress: Callable[[int, int], None] = lambda _done, _total: None
) -> tuple[BoardViews, tuple[Rejection, ...]]:
    """Find the board in a session's pictures.

    Parameters
    ----------
    session : Session
    lead : the sensor whose measurements are the instants, see `described_captures`
    progress : called with the pictures searched and their number

    Raises
    ------
    FormatError
        When the session describes no pictures.
    CalibrationError
        When there is no picture, or none shows the board.
    """
    captures = described_captures(session, lead=lead)
    pictures: dict[str, NDArray[np.uint8]] = {}
    missing = []
    for name in captures.names:
        try:
            picture = captures.picture(name)
        except MissingDataError as error:
            missing.append(Rejection(name, str(error)))
            continue
        pictures[name] = np.asarray(cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY), np.uint8)
    views, unseen = find_views(pictures, described_board(session), progress=progress)
    return views, (*missing, *unseen)


def calibrate_pictures(
    session: Session, *, progress: Callable[[int, int], None] = lambda _done, _total: None
) -> tuple[Lens, LensTrust, BoardViews]:
    """Estimate the lens of a camera from a session's pictures of a board, with the model that they tell best.

    Parameters
    ----------
    session : Session
    progress : called with the pictures searched and their number

    Returns
    -------
    the lens, how far to trust it, and the pictures in which the board was found

    Raises
    ------
    FormatError
        When the session describes no pictures.
    CalibrationError
        When the pictures tell no lens.
    """
    if described_board(session).pattern == "holes":
        raise CalibrationError("four holes of a picture tell no lens: take a chessboard or another pattern for that")
    views, unseen = described_views(session, progress=progress)
    lens, trust = choose_lens(views, warped=session.root["images"].get("warped") is True)
    return replace(lens, rejected=(*unseen, *lens.rejected)), trust, views
