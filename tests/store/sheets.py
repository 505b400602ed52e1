"""A small release, and what people say about it."""

import json
from pathlib import Path

import sensorann as sa
from sensorann.store import Note
from tests.builders import make_labels

DATASET = {
    "description": "Boxes of one drive.",
    "license": "https://creativecommons.org/licenses/by/4.0/",
    "url": "https://example.org/labels",
    "version": "1.0.0",
    "cite_as": "Anna, Labels, 2026",
    "creators": ["Anna", "Ben"],
}


def about_text(*, dataset=None, rai=None) -> str:
    """The TOML file that people write."""
    tables = {"dataset": DATASET if dataset is None else dataset, "rai": rai or {}}
    # Texts and lists of texts are written alike in JSON and TOML.
    lines = [
        line
        for name, table in tables.items()
        for line in (f"[{name}]", *(f"{key} = {json.dumps(value)}" for key, value in table.items()))
    ]
    return "\n".join(lines)


def released(folder: Path) -> tuple[str, list[str]]:
    """A store with one drive that was interpolated, and two files of it."""
    with sa.open_store(folder / "labels.db", actor="anna", create=True) as store:
        labels = make_labels()
        store.import_labels(labels)
        store.complete("drive", make_labels(), note=Note(kind="interpolate", machine={"tool": "smooth"}))
    files = [folder / "out" / "labels.json", folder / "out" / "again.json"]
    for path in files:
        sa.write_labels(labels, path)
    return str(folder / "labels.db"), [str(path) for path in files]
