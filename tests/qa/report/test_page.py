"""The report in a real browser: it shows what was found, asks nobody for anything, and believes no string."""

import re
import time
from dataclasses import replace

import cv2
import numpy as np
import pytest

from sensorann.errors import MissingDataError
from sensorann.qa import Finding, Severity, check
from sensorann.qa.report import Matrix, Table, write_report
from sensorann.qa.report.figures import figures_of
from sensorann.scene import Labels
from tests.builders import make_labels, make_rig
from tests.qa.checking.cases import driving, edited, standing
from tests.qa.checking.test_points import CAR, OTHER, box
from tests.qa.checking.test_points import drive as points_drive

SHOWN = "return [...document.querySelectorAll('#table tbody tr')].filter(row => !row.hidden).length"
HOSTILE = "<img src=x onerror='window.hurt=1'></script><script>window.hurt=1</script>{{ 7*7 }}"


def recording():
    """Points, and a camera that sees a grey picture."""
    drive = points_drive(CAR, OTHER)
    grey = cv2.imencode(".png", np.full((480, 640, 3), 90, np.uint8))[1].tobytes()
    rig = replace(drive.rig, sensors=(*drive.rig.sensors, *make_rig(lidars=()).sensors))
    times = drive.times["LIDAR_TOP"]
    return replace(drive, rig=rig, times={**drive.times, "CAM_FRONT": times}, images={"CAM_FRONT": [grey] * len(times)})


def wrong() -> Labels:
    return make_labels(edited(box(CAR), np.arange(6), shift=(0.5, 0, 0)), box(OTHER, id="2"))


@pytest.fixture(scope="module")
def page(tmp_path_factory):
    drive, labels = recording(), wrong()
    path = tmp_path_factory.mktemp("report") / "check.html"
    matrix = Matrix(title="Classes", rows=("car", "van"), columns=("car", "van"), values=((9, 1), (0, 4)))
    more = {"cameras": Table(title="Camera check", head=("camera", "verdict"), rows=(("CAM_FRONT", "as calibrated"),))}
    write_report(path, labels, check(labels, drive), drive=drive, agreement=[matrix], tables=more)
    return path


def test_the_page_shows_its_findings(browser, page):
    browser.open(page)
    assert browser.run("return document.title") == "Check of drive"
    assert browser.run(SHOWN) == browser.run("return document.querySelectorAll('#table tbody tr').length") > 0
    pictures = browser.run(
        "return [...document.querySelectorAll('#table tbody tr:first-child img')].map(i => [i.alt, i.naturalWidth])"
    )
    assert pictures == [["CAM_FRONT", 216], ["from above", 144]]
    sections = browser.run("return [...document.querySelectorAll('h2')].map(h => h.textContent)")
    parts = ["Findings", "In space", "What, where, when", "Agreement", "Calibration", "Camera check", "Provenance"]
    assert sections == parts


@pytest.fixture
def low_window(browser):
    """A window that shows the head of the page and nothing else."""
    size = browser.window.get_window_size()
    browser.window.set_window_size(size["width"], 400)
    yield browser
    browser.window.set_window_size(size["width"], size["height"])


def test_plots_are_drawn_when_they_come_into_sight(low_window, page):
    browser = low_window
    browser.open(page)
    assert not browser.run("return !!window.Plotly")
    names = ("classes", "ranges", "scores", "timelines")
    for name in names:
        browser.run(f"document.querySelector('[data-figure={name}]').scrollIntoView()")
        drawn = f"return !!document.querySelector('[data-figure={name}] svg.main-svg')"
        assert until(browser, drawn)
    assert browser.complaints() == []


def test_a_line_of_the_table_opens_its_points_in_space(browser, page):
    browser.open(page)
    browser.run("document.querySelector('#table tr.near').click()")
    assert until(browser, "return !!document.querySelector('#scatter canvas')")
    n_points, names = browser.run(
        "const d = document.getElementById('scatter').data; return [d[0].x.length, d.map(t => t.name)]"
    )
    assert n_points > 50
    assert names == ["points", "front", "box"]


def test_nothing_is_asked_for(browser, page):
    browser.open(page)
    browser.run("document.getElementById('plots').scrollIntoView()")
    assert until(browser, "return !!window.Plotly")
    assert browser.asked_for() == [page.as_uri()]


def test_no_string_is_believed(browser, tmp_path):
    labels = replace(wrong(), drive_name=HOSTILE)
    labels = replace(labels, tracks=tuple(replace(track, id=HOSTILE + track.id) for track in labels.tracks))
    found = [replace(one, message=HOSTILE, repair=()) for one in check(labels, recording())]
    matrix = Matrix(title=HOSTILE, rows=(HOSTILE,), columns=(HOSTILE,), values=((1,),))
    path = tmp_path / "hostile.html"
    write_report(path, labels, found, drive=recording(), source=HOSTILE, agreement=[matrix])
    browser.open(path)
    browser.run("document.querySelector('#table tr.near').click(); document.getElementById('plots').scrollIntoView()")
    assert until(browser, "return !!document.querySelector('[data-figure=timelines] svg.main-svg')")
    assert browser.run("return window.hurt") is None
    assert browser.run("return document.querySelector('#table tbody td:nth-child(5)').innerText") == HOSTILE
    assert browser.run("return document.title") == f"Check of {HOSTILE}"


def many() -> tuple[Labels, list[Finding]]:
    """A thousand findings in a hundred tracks."""
    labels = make_labels(*(standing(id=str(i), aside=4.0 + 3 * i) for i in range(100)))
    rules = ("off_path", "gap", "duplicate", "speed")
    found = [
        Finding(
            rule=rules[i % 4],
            severity=Severity(i % 3),
            score=1 - i / 1000,
            object=str(i % 100),
            frame=i % 40,
            timestamp_ns=int(labels.tracks[0].timestamps_ns[i % 40]),
            value=2.0,
            limit=1.0,
            message=f"finding number {i}",
        )
        for i in range(1000)
    ]
    return labels, found


@pytest.fixture(scope="module")
def long_page(tmp_path_factory):
    labels, found = many()
    path = tmp_path_factory.mktemp("long") / "check.html"
    write_report(path, labels, found)
    return path


def test_a_thousand_findings_are_a_page_of_bearable_size(long_page):
    assert long_page.stat().st_size < 30e6


FILTERS = {
    "text": ("text", "number 77", 11),
    "rule": ("rule", "gap", 250),
    "severity": ("severity", "error", 333),
    "score": ("score", "0.9", 101),
}


@pytest.mark.parametrize("name", FILTERS)
def test_findings_are_filtered(browser, long_page, name):
    field, value, expected = FILTERS[name]
    browser.open(long_page)
    browser.run(
        "const e = document.getElementById('filter').elements[arguments[0]]; e.value = arguments[1];"
        "e.dispatchEvent(new Event('input', { bubbles: true }))",
        field,
        value,
    )
    assert browser.run(SHOWN) == expected
    assert browser.run("return document.getElementById('shown').value") == f"{expected} of 1000"


def test_labels_without_anything_wrong_make_a_page(browser, tmp_path):
    path = tmp_path / "good.html"
    write_report(path, make_labels(driving()), [])
    browser.open(path)
    assert "No rule found anything" in browser.run("return document.body.innerText")
    assert browser.complaints() == []
    assert len(path.read_bytes()) < 50_000  # the program that draws is left out where nothing is drawn


def test_no_labels_make_a_page(tmp_path):
    path = tmp_path / "empty.html"
    write_report(path, Labels(drive_name="drive", frame="world", tracks=()), [])
    assert "0 boxes of 0 tracks" in path.read_text("utf-8")


def test_the_same_findings_give_the_same_page(tmp_path):
    labels, found = many()
    for name in ("one.html", "two.html"):
        write_report(tmp_path / name, labels, found[:3])
    assert (tmp_path / "one.html").read_bytes() == (tmp_path / "two.html").read_bytes()


def test_a_missing_library_is_named(monkeypatch, tmp_path):
    monkeypatch.setitem(__import__("sys").modules, "plotly.offline", None)
    with pytest.raises(MissingDataError, match=re.escape("pip install 'sensorann[report]'")):
        write_report(tmp_path / "check.html", make_labels(driving()), [])
    assert not (tmp_path / "check.html").exists()


def until(browser, condition: str, *, seconds: float = 60.0) -> bool:
    """Wait for what a page does later."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if browser.run(condition):
            return True
        time.sleep(0.05)
    return False


def test_large_counts_are_written_out(tmp_path):
    many = Finding(
        rule="missing",
        severity=Severity.ERROR,
        score=0.5,
        object="",
        frame=0,
        timestamp_ns=0,
        value=1234.0,
        limit=50.0,
        message="a vehicle",
    )
    write_report(tmp_path / "check.html", make_labels(), [many])
    page = (tmp_path / "check.html").read_text("utf-8")
    assert ">1234<" in re.sub(r"\s", "", page)
    assert "1.23e" not in page


def test_findings_are_counted_per_thousand_boxes():
    labels = make_labels(standing(n=50), standing(id="2", aside=8.0, n=150))
    findings = check(make_labels(edited(labels.tracks[0], [20], grow=1.2), labels.tracks[1]), None)
    bars = {
        bar["name"]: dict(zip(bar["x"], bar["y"], strict=True))
        for bar in figures_of(findings, labels, None)["classes"]["data"]
    }
    assert bars["warning"] == {"car": pytest.approx(1000 * len(findings) / 200)}
