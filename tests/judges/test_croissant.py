"""mlcroissant, in its own environment, takes a datasheet without a word and understands every field of it."""

import json
import os
import subprocess
from pathlib import Path

import pytest

from sensorann.cli import run
from sensorann.store.datasheet import DATASET_FIELDS, RAI_FIELDS
from tests.store.sheets import about_text, released

REPOSITORY = Path(__file__).parents[2]
ENVIRONMENT = Path(os.environ.get("SENSORANN_CROISSANT_JUDGE", REPOSITORY / ".cache" / "judges" / "croissant"))
PYTHON = ENVIRONMENT / "bin" / "python"
# How mlcroissant spells what people say, where it is not the last word of the field in its own style.
ATTRIBUTES = {
    "collection_time_frame": "data_collection_timeframe",
    "missing_data": "data_collection_missing_data",
    "preprocessing": "data_preprocessing_protocol",
    "manipulation": "data_manipulation_protocol",
    "imputation": "data_imputation_protocol",
    "annotations_per_item": "annotations_per_item",
    "annotator_demographics": "annotator_demographics",
    "machine_annotation_tools": "machine_annotation_tools",
    "personal_information": "personal_sensitive_information",
    "maintenance": "data_release_maintenance_plan",
}
# mlcroissant 1.1.1 reads this one under a name that no specification has.
MISSPELLED = {"manipulation"}

pytestmark = [
    pytest.mark.judge,
    pytest.mark.skipif(
        not PYTHON.exists(),
        reason=f"no mlcroissant at {ENVIRONMENT} (make judges, or set SENSORANN_CROISSANT_JUDGE)",
    ),
]


@pytest.fixture(scope="module")
def judgement(tmp_path_factory):
    folder = tmp_path_factory.mktemp("release")
    store, files = released(folder)
    said = {name: f"what is said of {name}" for name in RAI_FIELDS} | {"collection_time_frame": "2026-05-17"}
    about = folder / "about.toml"
    about.write_text(about_text(rai=said))
    out = folder / "croissant.json"
    assert run(["store", "datasheet", store, *files, "--about", str(about), "-o", str(out)]) == 0
    script = Path(__file__).with_name("croissant_judge.py")
    command = [str(PYTHON), str(script), str(out)]
    result = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
    assert result.returncode == 0, result.stderr
    return said, json.loads(result.stdout), json.loads(out.read_text()), result.stderr


def test_nothing_is_wrong_with_it(judgement):
    _, seen, _, complaints = judgement
    assert (seen["errors"], seen["warnings"]) == ([], [])
    assert "WARNING" not in complaints


def test_files_are_described_with_their_hashes(judgement):
    _, seen, written, _ = judgement
    files = [{"url": one["contentUrl"], "sha256": one["sha256"]} for one in written["distribution"]]
    assert [{name: one[name] for name in ("url", "sha256")} for one in seen["files"]] == files
    assert len(files) == 2


def test_every_field_arrives(judgement):
    said, seen, _, _ = judgement
    for name in RAI_FIELDS.keys() - MISSPELLED:
        found = seen["rai"][ATTRIBUTES.get(name, f"data_{name}")]
        assert said[name] in ("".join(found) if isinstance(found, list) else found), name
    assert set(DATASET_FIELDS) >= {"license"}
    assert seen["license"] == ["https://creativecommons.org/licenses/by/4.0/"]
