"""`sensorann store datasheet`: describes released labels for whoever is going to use them."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

import sensorann as sa
from sensorann.cli.labels import drive_address
from sensorann.cli.output import json_text
from sensorann.files import written_whole
from sensorann.store.datasheet import datasheet as datasheet_of
from sensorann.store.datasheet import not_said, read_about
from sensorann.store.release import release_manifest


def datasheet(
    store: str,
    files: Annotated[tuple[Path, ...], Parameter(name="FILES", negative="")],
    /,
    *,
    about: Path,
    out: Annotated[Path, Parameter(alias="-o")],
) -> None:
    """Describe released files as a Croissant data set, with its fields for responsible AI.

    Hashes, people, programs and reviews are taken from the journal, with the decisions of `store review decide` and
    their intervals. What only you know is read from a TOML file: in the table dataset its description, license and url,
    and name, version, cite_as, date_published, creators; in the table rai what is to be said of collection, biases,
    limitations, use_cases, social_impact, personal_information, maintenance and the rest, by the same names as the
    command lists when they are missing.

    For example:

        sensorann store datasheet labels.db#0000 0000.json --about about.toml -o croissant.json

    Parameters
    ----------
    store
        STORE#DRIVE.
    files
        What is given away, as `sensorann store export` wrote it; folders with all that is in them.
    about
        What only people know, as TOML.
    out
        Where to write the Croissant document, which names files as seen from its folder.
    """
    said = read_about(about)
    place, name = drive_address(store)
    with sa.open_store(place) as opened:
        manifest = release_manifest(opened, name, files=files)
    document = datasheet_of(manifest, said, beside=out.parent)
    with written_whole(out) as temporary:
        temporary.write_text(json_text(document), encoding="utf-8")
    print(f"{out}: {len(document['distribution'])} files described")
    if missing := not_said(document):
        print(f"not said, add it to [rai] of {about}: {', '.join(missing)}")
