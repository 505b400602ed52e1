import json

import numpy as np
import pytest

import sensorann as sa
from sensorann.cli import run
from sensorann.formats import read_labels, write_labels
from tests.builders import MemoryDrive, make_labels, make_track
from tests.qa.agreement.people import changed, scattered, scene


@pytest.fixture
def files(tmp_path):
    truth, other = tmp_path / "truth.json", tmp_path / "other.json"
    write_labels(make_labels(make_track(id="1"), make_track(id="2", n=3, category="Cyclist")), truth)
    write_labels(make_labels(make_track(id="1")), other)
    return str(truth), str(other)


def test_figures_are_printed_for_programs(files, capsys):
    assert run(["compare", *files, "--json", "--by", "class"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert document["categories"]["all"]["missed"] == 3
    assert document["categories"]["all"]["mota"] == pytest.approx(5 / 8)
    assert document["errors"]["missing"] == 3
    assert document["errors"]["rows"]["all"]["center_mean_m"] == 0.0


def test_figures_are_printed_for_people(files, capsys):
    assert run(["compare", *files]) == 0
    out = capsys.readouterr().out
    assert "mota" in out
    assert "0.625" in out
    assert "3 boxes of the truth have no partner" in out


def test_precision_has_its_own_table(files, capsys):
    assert run(["compare", *files, "--metric", "ap", "--min", "ap=0.4"]) == 0
    out = capsys.readouterr().out
    assert "ap40_bev" in out
    assert "mota" not in out
    assert run(["compare", *files, "--metric", "ap", "--min", "ap=0.6"]) == 3


def test_tracks_are_swept_by_their_scores(tmp_path, capsys):
    labels = tmp_path / "long.json"
    write_labels(make_labels(make_track(n=60)), labels)
    assert run(["compare", str(labels), str(labels), "--metric", "amota", "--min", "samota=1"]) == 0
    assert "samota" in capsys.readouterr().out


def test_precision_is_grouped_by_range(tmp_path, capsys):
    labels = tmp_path / "ego.json"
    write_labels(make_labels(make_track(frame="ego"), frame="ego"), labels)
    words = ["compare", str(labels), str(labels), "--metric", "ap", "--by", "range"]
    assert run(words) == 0
    assert "0-20 m" in capsys.readouterr().out
    assert run([*words, "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["ap_by_range"]["0-20 m"]["ap"] == pytest.approx(1.0)


def test_a_figure_that_does_not_exist_meets_nothing(tmp_path, capsys):
    truth, far = tmp_path / "truth.json", tmp_path / "far.json"
    write_labels(make_labels(), truth)
    write_labels(make_labels(make_track(centers=np.full((5, 3), 90.0))), far)
    assert run(["compare", str(truth), str(far), "--min", "iou_mean=0"]) == 3
    assert "not met: iou_mean is nan" in capsys.readouterr().out


def test_a_threshold_that_is_not_met_has_its_own_status(files, capsys):
    assert run(["compare", *files, "--min", "mota=0.6"]) == 0
    assert run(["compare", *files, "--min", "mota=0.6", "--min", "hota=0.99"]) == 3
    out = capsys.readouterr().out
    assert "not met: hota" in out
    assert "not met: mota" not in out


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--metric", "clear,fame"], "'fame'"),
        (["--min", "mota"], "as hota=0.8, got 'mota'"),
        (["--min", "fame=1"], "got 'fame'"),
        (["--metric", "clear", "--by", "class"], "add errors to --metric"),
        (["--min-iou", "0"], "at most 1, got 0.0"),
    ],
)
def test_wrong_words_are_named(files, capsys, options, message):
    assert run(["compare", *files, *options]) == 2
    assert message in capsys.readouterr().err


@pytest.fixture
def people(tmp_path):
    truth = scene()
    without = changed(truth, {"0"}, lambda track: None)
    files = {"anna": truth, "ben": without, "cleo": scattered(truth, sigma=0.1, seed=1)}
    for name, labels in files.items():
        write_labels(labels, tmp_path / f"{name}.json")
    return [str(tmp_path / f"{name}.json") for name in files]


def test_three_people_are_compared_by_their_agreement(people, capsys):
    assert run(["compare", *people, "--json", "--by", "class"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert document["groups"]["all"]["boxes"] == 276
    assert 0.9 < document["groups"]["car"]["f1"]["value"] < 1.0
    assert [row["people"] for row in document["pairs"]] == [["anna", "ben"], ["anna", "cleo"], ["ben", "cleo"]]
    assert document["intervals"] == {"resampled": "objects", "blocks": 8}


def test_agreement_is_printed_for_people(people, capsys):
    assert run(["compare", *people, "--min", "f1=0.99"]) == 3
    out = capsys.readouterr().out
    assert "alpha_length" in out
    assert "anna, ben" in out
    assert "not met: f1 is 0.9" in out


def test_a_consensus_is_written_and_disputes_are_told(people, tmp_path, capsys):
    out = tmp_path / "merged.json"
    assert run(["compare", *people, "--consensus", str(out), "--quorum", "3"]) == 0
    assert "to decide: left out, votes 2.00 of 3.00" in capsys.readouterr().out
    merged = read_labels(out)
    assert len(merged.tracks) == 7
    assert merged.tracks[0].attributes["consensus_parents"] == "anna:1 ben:1 cleo:1"


def test_a_voice_may_weigh_more(people, tmp_path):
    out = tmp_path / "merged.json"
    anna, cleo = (read_labels(path).tracks[3].cuboids.centers for path in (people[0], people[2]))
    for weights, expected in (([], anna), (["--weight", "cleo=50"], cleo)):
        assert run(["compare", *people, "--consensus", str(out), *weights]) == 0
        np.testing.assert_allclose(read_labels(out).tracks[3].cuboids.centers, expected, atol=1e-3)


def test_a_consensus_goes_into_a_store(people, tmp_path, capsys):
    store = str(tmp_path / "labels.db")
    assert run(["store", "init", store]) == 0
    assert run(["compare", *people, "--consensus", f"{store}#merged"]) == 0
    capsys.readouterr()
    assert run(["compare", f"{store}#merged", people[0], "--metric", "agreement", "--min", "f1=1"]) == 0
    assert run(["store", "verify", store]) == 0


def test_people_are_measured_by_gold(people, capsys):
    assert run(["compare", *people, "--metric", "gold", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)["people"]
    assert (found["ben"]["recall"]["hits"], found["ben"]["recall"]["of"]) == (7, 8)
    assert found["cleo"]["recall"]["hits"] == 8
    assert run(["compare", *people, "--metric", "gold", "--hidden", "3", "--min", "recall=0.9"]) == 3
    assert "3/3 0.800" in capsys.readouterr().out


def test_folders_are_drives_of_one_name(tmp_path, capsys):
    for person, sigma in (("anna", 0.02), ("ben", 0.05)):
        for number in range(6):
            write_labels(scattered(scene(), sigma=sigma, seed=number), tmp_path / person / f"{number:04}.json")
    words = ["compare", str(tmp_path / "anna"), str(tmp_path / "ben"), "--metric", "agreement", "--json"]
    assert run(words) == 0
    document = json.loads(capsys.readouterr().out)
    assert document["intervals"] == {"resampled": "drives", "blocks": 6}
    assert document["groups"]["all"]["boxes"] == 6 * 2 * 96
    write_labels(scene(), tmp_path / "anna" / "alone.json")
    assert run(words[:-1]) == 0
    assert "only some people labelled: alone" in capsys.readouterr().out
    (tmp_path / "cleo").mkdir()
    write_labels(scene(), tmp_path / "cleo" / "other.json")
    assert run([*words[:2], str(tmp_path / "cleo"), *words[3:]]) == 1
    assert "no drive is in all of" in capsys.readouterr().err
    (tmp_path / "empty").mkdir()
    assert run([*words[:2], str(tmp_path / "empty"), *words[3:]]) == 1
    assert "many drives are compared with as many: " in capsys.readouterr().err


def test_files_of_one_name_are_called_by_their_folders(tmp_path, capsys):
    for person in ("anna", "ben"):
        write_labels(scene(), tmp_path / person / "0000.json")
    files = [str(tmp_path / person / "0000.json") for person in ("anna", "ben")]
    assert run(["compare", *files, "--metric", "agreement", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["pairs"][0]["people"] == ["anna", "ben"]


def test_tables_of_nuscenes_are_one_drive(tmp_path, capsys):
    for person in ("anna", "ben"):
        write_labels(scene(n_objects=3), tmp_path / person, drive=MemoryDrive(), format="nuscenes")
        (tmp_path / person / "SOURCE.txt").write_text("where it comes from")
    folders = [str(tmp_path / person) for person in ("anna", "ben")]
    assert run(["compare", *folders, "--metric", "agreement", "--min", "f1=1"]) == 0
    assert "anna, ben" in capsys.readouterr().out


def test_stores_are_drives_of_one_name(tmp_path, capsys):
    for person in ("anna", "ben"):
        with sa.open_store(tmp_path / f"{person}.db", actor=person, create=True) as store:
            for name in ("monday", "tuesday"):
                store.import_labels(scene(n_objects=3), drive=name)
    stores = [str(tmp_path / f"{person}.db") for person in ("anna", "ben")]
    assert run(["compare", *stores, "--metric", "agreement", "--min", "f1=1", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["groups"]["all"]["boxes"] == 2 * 2 * 3 * 12


def test_many_drives_are_merged_into_a_folder_or_a_store(tmp_path, capsys):
    for person in ("anna", "ben"):
        for name in ("monday", "tuesday"):
            write_labels(scene(n_objects=3), tmp_path / person / f"{name}.json")
    words = ["compare", str(tmp_path / "anna"), str(tmp_path / "ben"), "--consensus"]
    assert run([*words, str(tmp_path / "merged")]) == 0
    assert [path.name for path in sorted((tmp_path / "merged").iterdir())] == ["monday.json", "tuesday.json"]
    store = str(tmp_path / "labels.db")
    assert run(["store", "init", store]) == 0
    assert run([*words, store]) == 0
    with sa.open_store(store) as opened:
        assert opened.drives() == ("monday", "tuesday")
    assert run([*words, f"{store}#all"]) == 2
    assert "2 drives are written: name the store alone" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--metric", "hota"], "name two"),
        (["--metric", "agreement,hota"], "stand alone"),
        (["--quorum", "2"], "add --consensus OUT"),
        (["--weight", "anna=2"], "add --consensus OUT"),
        (["--weight", "anna", "--consensus", "out.json"], "--weight takes a name and a number, as anna=2, got 'anna'"),
        (["--weight", "dora=2", "--consensus", "out.json"], "--weight knows anna, ben, cleo, got 'dora'"),
        (["--hidden", "2"], "add --metric gold"),
        (["--metric", "gold", "--consensus", "out.json"], "leave out --metric gold"),
    ],
)
def test_words_that_do_not_go_together_are_named(people, capsys, options, message):
    assert run(["compare", *people, *options]) == 2
    assert message in capsys.readouterr().err


def test_a_labelling_that_comes_twice_is_refused(people, capsys):
    assert run(["compare", people[0], *people]) == 2
    assert "name every labelling once" in capsys.readouterr().err
