import json

import numpy as np
import pytest

from sensorann.cli import run
from sensorann.formats import write_labels
from tests.builders import make_labels, make_track


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
