"""What a calibration has to say, and where it goes: the options that all these commands share."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

from cyclopts import Parameter

from calib.estimation.file import write_calibration
from calib.report import Page, draw_page, write_report
from sensorann.cli.output import AsJson, print_json
from sensorann.errors import UsageError
from sensorann.images.files import write_picture

Out = Annotated[Path | None, Parameter(alias="-o")]


@dataclass(frozen=True, eq=False, slots=True)
class Answer:
    """A calibration for programs and for people."""

    content: dict[str, Any]
    text: str


def _refuse_ending(option: str, path: Path | None, endings: tuple[str, ...]) -> None:
    """Refuse a file that could not be written, before minutes of work."""
    if path is not None and path.suffix not in endings:
        raise UsageError(f"{option} must end in {' or '.join(endings)}, got {path}")


@Parameter(name="*")
@dataclass(frozen=True, slots=True)
class Wanted:
    """Where an answer goes.

    Parameters
    ----------
    out
        Where to write the calibration (.json).
    as_json
        Print the calibration as JSON.
    """

    out: Out = None
    as_json: AsJson = False

    def __post_init__(self) -> None:
        _refuse_ending("--out", self.out, (".json",))


PRINTED = Wanted()


@Parameter(name="*")
@dataclass(frozen=True, slots=True)
class Shown:
    """What is drawn of a calibration.

    Parameters
    ----------
    report
        Where to write a page of it (.html): residuals, what was told, before and after. It needs the extra
        sensorann[report].
    picture
        Where to draw the same as one picture (.png or .jpg).
    """

    report: Path | None = None
    picture: Path | None = None

    def __post_init__(self) -> None:
        _refuse_ending("--report", self.report, (".html", ".htm"))
        _refuse_ending("--picture", self.picture, (".png", ".jpg"))


NOTHING_SHOWN = Shown()


def show(page: Callable[[], Page], shown: Shown) -> None:
    """Draw what is wanted of a page, which is made only then."""
    if shown == NOTHING_SHOWN:
        return
    made = page()
    if shown.picture is not None:
        write_picture(draw_page(made), shown.picture)
    if shown.report is not None:
        write_report(made, shown.report)


def give(answer: Answer, wanted: Wanted) -> None:
    """Write and print an answer as it is wanted."""
    if wanted.out is not None:
        write_calibration(answer.content, wanted.out)
    if wanted.as_json:
        print_json(answer.content)
    else:
        print(answer.text)
