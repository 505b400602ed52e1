"""`sensorann store guideline`: by which text a drive is annotated."""

from pathlib import Path

import sensorann as sa
from sensorann.cli.labels import drive_address
from sensorann.errors import UsageError
from sensorann.store.guidelines import guideline as guideline_of
from sensorann.store.guidelines import set_guideline


def guideline(store: str, text: Path | None = None, /, *, version: str | None = None) -> None:
    """Say by which text a drive is annotated from now on, or tell by which it is.

    The journal keeps the name, the version and the hash of the text; the manifest of a release says how many events
    were written under which.

    For example:

        sensorann store guideline labels.db#0000 rules.md --version 2.1
        sensorann store guideline labels.db#0000

    Parameters
    ----------
    store
        STORE#DRIVE.
    text
        File with the guideline; the one in force is told when not given.
    version
        What this version of the text is called.
    """
    if (text is None) != (version is None):
        raise UsageError("a guideline is a file and a version: name both, FILE and --version")
    place, drive = drive_address(store)
    with sa.open_store(place) as opened:
        if text is not None and version is not None:
            set_guideline(opened, drive, text, version)
        now = guideline_of(opened, drive)
    print(f"{drive}: " + ("no guideline" if now is None else f"{now.name}, version {now.version}, sha256 {now.sha256}"))
