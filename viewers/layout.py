"""Where everything stands in the window, in pixels: worked out without a window, so that tests know it too."""

from __future__ import annotations

from dataclasses import dataclass

from viewers.looks import Looks, Part

# In heights of a letter.
SIDE_WIDTH, FOOT_HEIGHT, MARGIN = 17.0, 4.6, 0.4
_HELP_WIDTH, _HELP_HEIGHT = 44.0, 36.0
# Shares of what the side and the foot leave.
_PICTURES, _CLOSE_UPS, _STRIP = 0.4, 0.3, 0.22
# Of the close-ups and, above them, of the earlier version: each row is a little lower then.
_BOTH_ROWS = 0.5


@dataclass(frozen=True, kw_only=True, slots=True)
class Place:
    """A rectangle in the window, pixels from its upper left corner."""

    x: int
    y: int
    width: int
    height: int


NOWHERE = Place(x=0, y=0, width=0, height=0)


@dataclass(frozen=True, kw_only=True, slots=True)
class Layout:
    """The places of a window's parts; what is not shown is `NOWHERE`.

    Attributes
    ----------
    view : the 3D view, or the batch view in its stead
    camera, strip : the large picture, and the row of all cameras below it
    close_ups, before : top, side and rear of the selected box, and of what it was before its last change
    side, foot, help : panels
    """

    view: Place
    camera: Place
    strip: Place
    close_ups: tuple[Place, Place, Place]
    before: tuple[Place, Place, Place]
    side: Place
    foot: Place
    help: Place


def arrange(x: int, y: int, width: int, height: int, *, em: float, looks: Looks, has_cameras: bool) -> Layout:
    """Divide the window.

    Parameters
    ----------
    x, y, width, height : what there is, pixels
    em : height of a letter, pixels
    looks : what is shown
    has_cameras : there are pictures to show
    """
    side_width, foot_height = round(SIDE_WIDTH * em), round(FOOT_HEIGHT * em)
    main = Place(x=x, y=y, width=max(width - side_width, 1), height=max(height - foot_height, 1))
    with_close_ups = Part.CLOSE_UPS in looks.shown and Part.BATCH not in looks.shown
    n_rows = with_close_ups * (2 if Part.BEFORE in looks.shown else 1)
    row = round((_BOTH_ROWS / 2 if n_rows > 1 else _CLOSE_UPS) * main.height)
    below = n_rows * row
    beside = round(_PICTURES * main.width) if has_cameras and Part.PICTURES in looks.shown else 0
    view = Place(x=x, y=y, width=main.width - beside, height=main.height - below)
    camera, strip = _pictures(view, beside)
    margin = round(em)
    return Layout(
        view=view,
        camera=camera,
        strip=strip,
        close_ups=_row(main, row, 0) if n_rows > 0 else (NOWHERE,) * 3,
        before=_row(main, row, row) if n_rows > 1 else (NOWHERE,) * 3,
        side=Place(x=x + main.width, y=y, width=side_width, height=main.height),
        foot=Place(x=x, y=y + main.height, width=width, height=foot_height),
        help=Place(
            x=x + margin,
            y=y + margin,
            width=min(round(_HELP_WIDTH * em), main.width - 2 * margin),
            height=min(round(_HELP_HEIGHT * em), main.height - 2 * margin),
        ),
    )


def _pictures(view: Place, width: int) -> tuple[Place, Place]:
    if not width:
        return NOWHERE, NOWHERE
    strip_height = round(_STRIP * view.height)
    left = view.x + view.width
    camera = Place(x=left, y=view.y, width=width, height=view.height - strip_height)
    strip = Place(x=left, y=view.y + view.height - strip_height, width=width, height=strip_height)
    return camera, strip


def _row(main: Place, height: int, above: int) -> tuple[Place, Place, Place]:
    """Three places side by side, so far above the lower edge."""
    width, top = main.width // 3, main.y + main.height - above - height
    first, second, third = (Place(x=main.x + n * width, y=top, width=width, height=height) for n in range(3))
    return first, second, third
