"""Where labels come from, as W3C PROV-JSON that the `prov` package reads, with the manifest of the release."""

import hashlib
import json

import h5py
import numpy as np
import pytest
from prov.model import ProvActivity, ProvAgent, ProvDerivation, ProvDocument, ProvEntity

import sensorann as sa
from sensorann.cli import run
from sensorann.cli.labels import write_labels
from sensorann.errors import MissingDataError, StoreError
from sensorann.store import Note, open_store, verify
from sensorann.store.guidelines import set_guideline
from sensorann.store.provenance import provenance
from sensorann.store.release import release_manifest
from sensorann.store.reviewing import comment, decide
from sensorann.store.roles import give_role
from sensorann.store.signing import sign_off
from sensorann.store.tasks import assign, move
from tests.builders import MemoryDrive, make_labels, make_rig, make_track, make_trajectory
from tests.store.edits import full_labels, moved


@pytest.fixture
def store(labels_db):
    labels_db.import_labels(full_labels(), note=Note(kind="import", machine={"source": "a.json", "sha256": "ab"}))
    seen = labels_db.track("drive", "7")
    labels_db.edit(seen, moved(seen.track, 0), note=Note(text="tighter"))
    labels_db.undo("drive")
    return labels_db


def test_prov_reads_the_document(store):
    document = ProvDocument.deserialize(content=json.dumps(provenance(store, "drive")), format="json")
    counts = {
        kind: len(list(document.get_records(kind))) for kind in (ProvActivity, ProvAgent, ProvEntity, ProvDerivation)
    }
    # Three events by one person and one program; three objects, one of them in three versions, and the release.
    assert counts == {ProvActivity: 3, ProvAgent: 2, ProvEntity: 6, ProvDerivation: 5}
    labels = {
        str(label) for record in document.get_records(ProvActivity) for label in record.get_attribute("prov:label")
    }
    assert labels == {"import", "edit", "undo"}


def test_every_version_leads_back_to_the_import(store):
    document = provenance(store, "drive")
    came_from = {
        relation["prov:generatedEntity"]: relation["prov:usedEntity"]
        for relation in document["wasDerivedFrom"].values()
        if "prov:type" in relation
    }
    newest = "sensorann:object-0-at-3"
    assert document["entity"][newest]["prov:label"] == "object 7 after event 3"
    assert came_from[came_from[newest]] == "sensorann:object-0-at-1"


def test_the_manifest_names_sources_tools_people_and_reviews(store, tmp_path):
    (tmp_path / "out").mkdir()
    for name in ("a", "b"):
        (tmp_path / "out" / name).write_text(name)
    (tmp_path / "rules.md").write_text("boxes are tight")
    set_guideline(store, "drive", tmp_path / "rules.md", "2.1")
    assign(store, "drive", "ben")
    for state in ("annotating", "review", "rework"):
        move(store, "drive", state)
    decide(store, "drive", "7", "accept")
    comment(store, "drive", "7", "hm")
    root = hashlib.sha256(
        "".join(sorted(hashlib.sha256(name).hexdigest() for name in (b"a", b"b"))).encode()
    ).hexdigest()
    sign_off(store, "drive", root, text="all looked at")
    sign_off(store, "drive", "00" * 32, text="other files")
    recording = MemoryDrive(rig=make_rig(), trajectory=make_trajectory(n=4))
    manifest = release_manifest(store, "drive", files=[tmp_path / "out"], recording=recording)
    hashes = list(manifest["release"]["files_sha256"].values())
    assert hashes == [hashlib.sha256(name).hexdigest() for name in (b"a", b"b")]
    assert manifest["source"]["imports"] == [{"event": 1, "source": "a.json", "sha256": "ab"}]
    assert manifest["release"]["files_root_sha256"] == root
    (signed,) = manifest["release"]["signed_off"]
    assert (signed["by"], signed["text"]) == ("anna", "all looked at")
    assert manifest["source"]["recording"]["calibration_sha256"] == recording.rig.calibration_sha256
    times = recording.trajectory.timestamps_ns.tolist()
    told = manifest["source"]["recording"]
    assert (told["frames"], told["first_frame_ns"], told["last_frame_ns"]) == (4, times[0], times[-1])
    assert told["sensors"]["LIDAR_TOP"] == "lidar"
    rules = {"name": "rules.md", "version": "2.1", "sha256": hashlib.sha256(b"boxes are tight").hexdigest()}
    assert manifest["guideline"]["in_force"] == rules
    assert [(one["guideline"], one["events"]) for one in manifest["guideline"]["events"]] == [(None, 3), (rules, 9)]
    assert manifest["annotation"]["events_by_kind"] == {
        "import": 1, "edit": 1, "undo": 1, "assign": 1, "status": 3, "accept": 1, "comment": 1,
        "guideline": 1, "sign off": 2,
    }  # fmt: skip
    assert manifest["annotation"]["last_hash"] == verify(store).head
    assert manifest["annotation"]["actors"] == {"anna": None}
    assert manifest["annotation"]["seconds"].keys() == {"anna"}
    assert manifest["review"]["rework_rate"] == 1.0
    assert manifest["review"]["tasks"] == [{"assignee": "ben", "state": "rework"}]
    assert manifest["review"]["open_comments"] == 1
    assert manifest["review"]["decided_by_an_author"] == ["7"]
    assert manifest["review"]["changed_since_decision"] == []
    assert manifest["review"]["decisions"]["7"]["decision"] == "accept"
    assert manifest["release"]["tools"]["numpy"] == np.__version__
    with pytest.raises(MissingDataError, match=r"gone\.json does not exist"):
        release_manifest(store, "drive", files=[tmp_path / "gone.json"])


def test_the_command_writes_labels_and_provenance(store, tmp_path):
    out, prov = tmp_path / "out.json", tmp_path / "out.prov.json"
    assert run(["store", "export", store.name, str(out), "--provenance", str(prov)]) == 0
    release = json.loads(prov.read_text())["entity"]["sensorann:release"]
    hashes = json.loads(release["sensorann:release"])["files_sha256"]
    assert hashes == {str(out): hashlib.sha256(out.read_bytes()).hexdigest()}
    assert json.loads(release["sensorann:release"])["signed_off"] == []
    assert run(["store", "export", store.name, str(out), "--sign-off", "fine"]) == 2


def test_who_decides_about_his_own_work_is_named(store):
    decide(store, "drive", "7", "accept")  # moved by hand
    decide(store, "drive", "empty", "accept")  # only imported
    with open_store(store.name, actor="ben") as ben:
        decide(ben, "drive", "a b", "accept")
    assert release_manifest(store, "drive")["review"]["decided_by_an_author"] == ["7"]
    with open_store(store.name, actor="ben") as ben:
        decide(ben, "drive", "7", "accept")
    assert release_manifest(store, "drive")["review"]["decided_by_an_author"] == []


def test_a_manifest_about_labels_that_changed_meanwhile_is_refused(store, tmp_path, monkeypatch):
    def write_while_somebody_edits(labels, out, **options):
        with open_store(store.name, actor="ben") as ben:
            seen = ben.track("drive", "7")
            ben.edit(seen, moved(seen.track, 0))
        return write_labels(labels, out, **options)

    monkeypatch.setattr("sensorann.cli.store.export.write_labels", write_while_somebody_edits)
    prov = tmp_path / "out.prov.json"
    words = ["store", "export", store.name, str(tmp_path / "out.json"), "--provenance", str(prov)]
    assert run(words) == 1
    assert not prov.exists()
    with pytest.raises(StoreError, match="ben changed drive in event 4 while it was exported: export again"):
        release_manifest(store, "drive", seq=3)
    comment(store, "drive", "7", "hm")
    assert release_manifest(store, "drive", seq=4)["annotation"]["last_event"] == 5


def test_who_signs_off_stands_in_the_release(store, tmp_path, monkeypatch):
    monkeypatch.setenv("SENSORANN_ACTOR", "anna")
    out, prov = tmp_path / "out.json", tmp_path / "out.prov.json"
    give_role(store, "anna", "lead")
    words = ["store", "export", store.name, str(out), "--provenance", str(prov), "--sign-off", "all looked at"]
    assert run(words) == 0
    document = json.loads(prov.read_text())
    release = document["entity"]["sensorann:release"]
    (signed,) = json.loads(release["sensorann:release"])["signed_off"]
    assert (signed["by"], signed["role"], signed["text"]) == ("anna", "lead", "all looked at")
    assert json.loads(release["sensorann:annotation"])["actors"] == {"anna": "lead"}
    people = [one for one in document["wasAttributedTo"].values() if one["prov:entity"] == "sensorann:release"]
    assert [document["agent"][one["prov:agent"]]["prov:label"] for one in people] == ["anna"]
    assert list(ProvDocument.deserialize(content=prov.read_text(), format="json").get_records(ProvEntity))


def test_versions_are_attributed_to_people_and_undos_name_what_they_took_back(store):
    document = provenance(store, "drive")
    agents = {document["agent"][one["prov:agent"]]["prov:type"]["$"] for one in document["wasAttributedTo"].values()}
    assert agents == {"prov:Person"}
    programs = {agent["prov:label"] for agent in document["agent"].values() if "Software" in agent["prov:type"]["$"]}
    assert programs == {f"sensorann {sa.__version__}"}
    assert document["activity"]["sensorann:event-3"]["sensorann:undoes"] == 2


def test_columns_hold_every_box(store, tmp_path):
    out = tmp_path / "out.h5"
    assert run(["store", "export", store.name, str(out)]) == 0
    labels = store.load("drive").labels
    with h5py.File(out) as file:
        assert file.attrs["labels_version"].decode() == verify(store).head
        boxes = file["boxes"]
        ids = file["objects/id"][:][boxes["object"][:]]
        assert [name.decode() for name in ids] == [track.id for track in labels.tracks for _ in range(len(track))]
        for name, values in [
            ("timestamp_ns", [track.timestamps_ns for track in labels.tracks]),
            ("center", [track.cuboids.centers for track in labels.tracks]),
            ("size", [track.cuboids.sizes for track in labels.tracks]),
            ("sigma", [track.sigmas for track in labels.tracks]),
            ("source", [track.sources for track in labels.tracks]),
        ]:
            np.testing.assert_array_equal(boxes[name][:], np.concatenate(values))
            assert boxes[name].fletcher32
        np.testing.assert_allclose(boxes["yaw"][:4], 0.2)
        np.testing.assert_allclose(boxes["quaternion_wxyz"][0], [np.cos(0.1), 0, 0, np.sin(0.1)])


def test_columns_of_nothing_are_empty(tmp_path, labels_db):
    labels_db.import_labels(make_labels(make_track(n=0)))
    assert run(["store", "export", labels_db.name, str(tmp_path / "none"), "--to", "h5"]) == 0
    with h5py.File(tmp_path / "none") as file:
        assert file["boxes/center"].shape == (0, 3)
        assert file["objects/id"][0] == b"1"


def test_exports_are_what_read_labels_reads(store, tmp_path):
    assert run(["store", "export", store.name, str(tmp_path / "o.json")]) == 0
    assert sa.read_labels(tmp_path / "o.json").n_boxes == store.load("drive").labels.n_boxes
