"""The options `--from` and `--to`, which every command that reads or writes labels takes."""

from typing import Annotated, Literal

from cyclopts import Parameter

LabelFormatName = Literal["openlabel", "kitti", "nuscenes"]
FromFormat = Annotated[LabelFormatName | None, Parameter(name="--from")]
ToFormat = Annotated[LabelFormatName | None, Parameter(name="--to")]
