"""The text of KITTI tracking labels: 17 columns a row, an 18th is a score.

frame id type truncated occluded alpha left top right bottom height width length x y z rotation_y [score]
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from sensorann.errors import FormatError
from sensorann.files import written_whole
from sensorann.formats.kitti.calibration import MAX_NUMBER
from sensorann.formats.text_files import read_text
from sensorann.scene import Attribute

DONT_CARE = "DontCare"
KITTI_TYPES = ("Car", "Van", "Truck", "Pedestrian", "Person_sitting", "Person", "Cyclist", "Tram", "Misc", DONT_CARE)
UNKNOWN_OCCLUSION = 3
UNKNOWN_TRUNCATION = -1
UNKNOWN_ALPHA = -10.0
NO_IMAGE_BOX = (-1.0, -1.0, -1.0, -1.0)
# What the tracking files hold in place of a 3D box.
NO_SIZE = (-1000.0, -1000.0, -1000.0)
NO_LOCATION = (-10.0, -1.0, -1.0)
NO_ROTATION = -1.0
# Six decimals print anything smaller as 0, which would read as no box.
SMALLEST_EDGE_M = 1e-6

_COLUMNS = (
    "frame id type truncated occluded alpha left top right bottom height width length x y z rotation_y score".split()  # noqa: SIM905
)
_MAX_FRAME = 10**12


@dataclass(frozen=True, kw_only=True, slots=True)
class KittiRow:
    """One row: an object in a frame.

    Attributes
    ----------
    i_line : line in the file, counted from 1; 0 for a row that is yet to be written
    frame, track_id, type : whose box it is; `track_id` is -1 for DontCare
    truncated : 0, 1, 2, or a fraction in object files
    occluded : 0 visible, 1 partly, 2 largely, 3 unknown
    alpha : observation angle, radians
    image_box : left, top, right, bottom, pixels
    size : height, width, length, metres; not positive where there is no 3D box
    location : centre of the bottom face in the rectified camera, metres
    rotation_y : radians about the camera's y axis, 0 along its x axis
    score : None in the 17 columns of a person's labels
    """

    i_line: int = 0
    frame: int
    track_id: int
    type: str
    truncated: float = UNKNOWN_TRUNCATION
    occluded: int = UNKNOWN_OCCLUSION
    alpha: float = UNKNOWN_ALPHA
    image_box: tuple[float, float, float, float] = NO_IMAGE_BOX
    size: tuple[float, float, float] = NO_SIZE
    location: tuple[float, float, float] = NO_LOCATION
    rotation_y: float = NO_ROTATION
    score: float | None = None

    @property
    def has_cuboid(self) -> bool:
        """Tell whether the row holds a 3D box."""
        return self.size[0] >= SMALLEST_EDGE_M

    @property
    def has_image_box(self) -> bool:
        """Tell whether the row holds a 2D box."""
        left, top, right, bottom = self.image_box
        return right > left and bottom > top

    def box_attributes(self) -> dict[str, Attribute | None]:
        """What the row says about its box beside the geometry."""
        named: dict[str, Attribute | None] = {
            "truncated": int(self.truncated) if float(self.truncated).is_integer() else self.truncated,
            "occluded": self.occluded,
            "alpha": self.alpha,
        }
        return named if self.score is None else {**named, "score": self.score}


def looks_like_rows(path: Path) -> bool:
    """Tell whether a file begins as a KITTI label file does (frame, id, type) or is empty."""
    with path.open("rb") as stream:
        head = stream.read(4096)
    return not head.strip() or re.match(rb"\s*-?\d+[ \t]+-?\d+[ \t]+[A-Za-z_]+([ \t]|\r?\n|$)", head) is not None


def read_rows(path: Path | str) -> list[KittiRow]:
    """Read and check every row of a label file, in the order of the file.

    Raises
    ------
    MissingDataError
        When the file is not there.
    FormatError
        When a row has neither 17 nor 18 fields, a field is no finite number, a type is not one of KITTI's, a size is
        partly positive, a frame is negative, or an object occurs twice in a frame. Line and field are named.
    """
    text = read_text(path)
    path = Path(path)
    rows = [_row(line.split(), path, i_line) for i_line, line in enumerate(text.split("\n"), start=1) if line.strip()]
    _refuse_repeats(rows, path)
    return rows


def write_rows(rows: list[KittiRow], path: Path | str) -> None:
    """Write rows with six decimals, as the tracking files have them; whole or not at all."""
    with written_whole(path) as temporary, temporary.open("w", encoding="ascii", newline="\n") as stream:
        stream.writelines(f"{_text(row)}\n" for row in rows)


def _row(fields: list[str], path: Path, i_line: int) -> KittiRow:
    if len(fields) not in (17, 18):
        raise FormatError(path, f"line {i_line}", expected="17 or 18 fields", found=f"{len(fields)}")

    def fault(column: str, expected: str) -> FormatError:
        found = fields[_COLUMNS.index(column)]
        return FormatError(path, f"line {i_line}, field {column}", expected=expected, found=f"{found[:40]!r}")

    def integer(column: str) -> int:
        text = fields[_COLUMNS.index(column)]
        # Some tools write whole numbers as 0.00.
        match = re.fullmatch(r"([+-]?\d{1,15})(\.0*)?", text, flags=re.ASCII)
        if not match:
            raise fault(column, "a whole number")
        return int(match[1])

    def number(column: str) -> float:
        try:
            value = float(fields[_COLUMNS.index(column)])
        except ValueError:
            raise fault(column, "a number") from None
        if not abs(value) <= MAX_NUMBER:
            raise fault(column, f"a finite number up to {MAX_NUMBER:g}")
        return value

    frame, track_id, name = integer("frame"), integer("id"), fields[2]
    if not 0 <= frame <= _MAX_FRAME:
        raise fault("frame", "a frame number counted from 0")
    if name not in KITTI_TYPES:
        raise fault("type", f"one of {', '.join(KITTI_TYPES)}")
    if name != DONT_CARE and track_id < 0:
        raise fault("id", "a track id counted from 0 (only DontCare has -1)")
    row = KittiRow(
        i_line=i_line,
        frame=frame,
        track_id=track_id,
        type=name,
        truncated=number("truncated"),
        occluded=integer("occluded"),
        alpha=number("alpha"),
        image_box=(number("left"), number("top"), number("right"), number("bottom")),
        size=(number("height"), number("width"), number("length")),
        location=(number("x"), number("y"), number("z")),
        rotation_y=number("rotation_y"),
        score=number("score") if len(fields) == 18 else None,
    )
    too_small = [edge < SMALLEST_EDGE_M for edge in row.size]
    if any(too_small) and not all(too_small) and name != DONT_CARE:
        column = ("height", "width", "length")[too_small.index(True)]
        raise fault(column, "three positive edges, or none where there is no 3D box")
    return row


def _refuse_repeats(rows: list[KittiRow], path: Path) -> None:
    seen: dict[tuple[int, int], int] = {}
    for row in rows:
        if row.type == DONT_CARE:
            continue
        earlier = seen.setdefault((row.frame, row.track_id), row.i_line)
        if earlier != row.i_line:
            raise FormatError(
                path,
                f"line {row.i_line}",
                expected="an object once in a frame",
                found=f"track {row.track_id} again in frame {row.frame} (first on line {earlier})",
            )


def _text(row: KittiRow) -> str:
    truncated = f"{row.truncated:.0f}" if float(row.truncated).is_integer() else _decimal(row.truncated)
    numbers = (row.alpha, *row.image_box, *row.size, *row.location, row.rotation_y)
    fields = [str(row.frame), str(row.track_id), row.type, truncated, str(row.occluded), *map(_decimal, numbers)]
    return " ".join(fields if row.score is None else [*fields, _decimal(row.score)])


def _decimal(value: float) -> str:
    text = f"{value:.6f}"
    return text[1:] if text == "-0.000000" else text
