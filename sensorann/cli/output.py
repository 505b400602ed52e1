"""What commands print for programs: the option `--json`, and one strict style of JSON."""

import json
from typing import Annotated

from cyclopts import Parameter

AsJson = Annotated[bool, Parameter(name="--json", negative="")]


def print_json(document: object) -> None:
    """Print a document as JSON that every reader takes."""
    print(json_text(document))


def json_text(document: object) -> str:
    """Write a document as JSON that every reader takes: NaN and infinity are errors, not words of our own."""
    return json.dumps(document, indent=2, allow_nan=False)
