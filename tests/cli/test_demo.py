"""`sensorann demo` on a small world: everything is measured, drawn, written and linked."""

import json
import re

import cv2
import numpy as np
import pytest

from sensorann.cli import demo as demo_module
from sensorann.cli import run
from sensorann.cli.demo import table
from sensorann.cli.demo_pipeline import CAMERA_STEP, run_demo
from sensorann.cli.demo_report import write_report
from sensorann.formats import read_labels
from sensorann.scene import Source

SMALL = {"n_frames": 12, "n_actors": 6, "n_beams": 16, "n_columns": 360}


@pytest.fixture(scope="module")
def result(tmp_path_factory):
    found = run_demo(tmp_path_factory.mktemp("demo") / "demo_out", seed=2, **SMALL)
    write_report(found)
    return found


def test_every_link_of_the_report_leads_to_a_file(result):
    page = (result.out / "report.html").read_text(encoding="utf-8")
    links = set(re.findall(r'(?:href|src)="([^"]+)"', page))
    assert len(links) > 8
    for link in links:
        assert not link.startswith(("/", "http"))
        assert (result.out / link).stat().st_size > 0


def test_the_report_leaves_no_blank_unfilled(result):
    page = (result.out / "report.html").read_text(encoding="utf-8")
    assert "$" not in page
    assert "nan" not in re.sub(r"<style>.*?</style>", "", page, flags=re.DOTALL).lower()
    assert "<svg" in page


def test_pictures_beside_each_other_are_equally_high(result):
    page = (result.out / "report.html").read_text(encoding="utf-8")
    pairs = re.findall(
        r'class="pair" style="grid-template-columns: ([0-9.]+)fr 1fr"><a href="(.*?)">.*?<a href="(.*?)">', page
    )
    assert len(pairs) == len(result.shown)
    for share, *paths in pairs:
        (front_height, front_width), (height, width) = (cv2.imread(str(result.out / path)).shape[:2] for path in paths)
        assert front_height / front_width * float(share) == pytest.approx(height / width, rel=0.01)


def test_the_bar_of_the_scale_lies_below_the_drawing(result):
    drawing = re.search(r"<svg.*?</svg>", (result.out / "report.html").read_text(encoding="utf-8"), re.DOTALL)[0]
    lowest = max(float(y) for y in re.findall(r'cy="([0-9.]+)"|[0-9.]+,([0-9.]+)', drawing) for y in y if y)
    assert float(re.search(r'<text x="20" y="([0-9]+)" font-size="13"', drawing)[1]) - 13 > lowest


def test_the_summary_holds_what_was_measured(result):
    document = json.loads((result.out / "summary.json").read_text(encoding="utf-8"))
    assert document["keyframes"] == result.keyframes.n_boxes
    assert document["keyframes"] + document["computed_boxes"] <= document["true_boxes"]
    for method in ("linear", "smooth"):
        scores = document["scores"][method]
        by_category = [score["n_boxes"] for category, score in scores.items() if category != "all"]
        assert scores["all"]["n_boxes"] == sum(by_category) == document["computed_boxes"]
        assert 0 < scores["all"]["iou_mean"] <= 1


def test_one_box_in_ten_is_a_keyframe_and_stays_where_it_was(result):
    for kept in result.keyframes.tracks:
        true, ours = result.truth.track(kept.id), result.completed["smooth"].track(kept.id)
        assert len(kept) <= np.ceil(len(true) / 10) + 1
        human = ours[ours.sources == Source.HUMAN]
        np.testing.assert_array_equal(human.timestamps_ns, kept.timestamps_ns)
        np.testing.assert_array_equal(human.cuboids.centers, kept.cuboids.centers)


def test_the_labels_read_back_with_their_sources(result):
    labels = read_labels(result.out / "labels" / "interpolated.json", drive=result.drive)
    assert labels.n_boxes == result.completed["smooth"].n_boxes
    assert {int(source) for track in labels.tracks for source in track.sources} == {
        Source.HUMAN,
        Source.INTERPOLATED,
    }


def test_pictures_of_all_cameras_and_a_video_are_there(result):
    pictures = result.out / "pictures"
    assert len(list((pictures / "CAM_FRONT").glob("*.jpg"))) == len(range(0, SMALL["n_frames"], CAMERA_STEP))
    assert len(list((pictures / "birdseye").glob("*.png"))) == SMALL["n_frames"]
    assert len(list((pictures / "CAM_BACK").glob("*.jpg"))) == len(result.shown)
    assert (pictures / "birdseye.mp4").stat().st_size > 10_000


def test_the_table_names_every_category_under_both_methods(result):
    text = table(result)
    for category in {track.category for track in result.truth.tracks if len(track) > 2}:
        assert text.count(f" {category} ") == 2


def test_the_command_prints_the_table_and_where_to_look(result, monkeypatch, capsys, tmp_path):
    asked = {}

    def small_demo(out, *, seed, progress):
        asked.update(out=out, seed=seed)
        return result

    monkeypatch.setattr(demo_module, "run_demo", small_demo)
    assert run(["demo", "--out", str(tmp_path / "here"), "--seed", "7"]) == 0
    printed = capsys.readouterr().out
    assert asked == {"out": tmp_path / "here", "seed": 7}
    assert "smooth   all" in printed
    assert str(tmp_path / "here" / "report.html") in printed


def test_what_an_earlier_run_left_does_not_mix_with_this_one(tmp_path, monkeypatch):
    stale = ["report.html", "summary.json", "pictures/birdseye/000199.png", "pictures/CAM_BACK/000199.jpg"]
    for name in [*stale, "notes.txt"]:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("earlier")
    monkeypatch.setattr("sensorann.cli.demo_pipeline._draw", lambda *_arguments: 1 / 0)  # this run is cut short
    with pytest.raises(ZeroDivisionError):
        run_demo(tmp_path, seed=1, n_frames=1, n_actors=1, n_beams=8, n_columns=90)
    assert [name for name in stale if (tmp_path / name).exists()] == []
    assert (tmp_path / "notes.txt").read_text() == "earlier"


def test_a_drive_too_short_to_interpolate_still_ends_with_a_report(tmp_path):
    short = run_demo(tmp_path, seed=1, n_frames=1, n_actors=1, n_beams=8, n_columns=90)
    write_report(short)
    assert short.scores["smooth"]["all"].n_boxes == 0
    document = json.loads((tmp_path / "summary.json").read_text(encoding="utf-8"))
    assert document["scores"]["smooth"]["all"]["iou_mean"] is None
    assert (tmp_path / "report.html").stat().st_size > 1000
