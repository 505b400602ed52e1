"""What a calibration has to say, and where it goes: the options that all these commands share."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

from cyclopts import Parameter

from calib.estimation.file import write_calibration
from sensorann.cli.output import AsJson, print_json

Out = Annotated[Path | None, Parameter(alias="-o")]


@dataclass(frozen=True, eq=False, slots=True)
class Answer:
    """A calibration for programs and for people."""

    content: dict[str, Any]
    text: str


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


PRINTED = Wanted()


def give(answer: Answer, wanted: Wanted) -> None:
    """Write and print an answer as it is wanted."""
    if wanted.out is not None:
        write_calibration(answer.content, wanted.out)
    if wanted.as_json:
        print_json(answer.content)
    else:
        print(answer.text)
