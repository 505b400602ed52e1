"""A store that the commands of these tests work on."""

import pytest

import sensorann as sa
from sensorann.cli import run
from tests.store.edits import full_labels


@pytest.fixture
def db(tmp_path, monkeypatch) -> str:
    """A store with one drive, made by the commands."""
    monkeypatch.setenv("SENSORANN_ACTOR", "anna")
    sa.write_labels(full_labels(), tmp_path / "labels.json")
    path = str(tmp_path / "labels.db")
    assert run(["store", "init", path]) == 0
    assert run(["store", "import", f"{path}#monday", str(tmp_path / "labels.json"), "--note", "from tool X"]) == 0
    return path
