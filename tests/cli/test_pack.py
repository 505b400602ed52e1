"""`sensorann pack`."""

import json

import pytest

from sensorann.cli import run
from sensorann.formats import open_drive
from sensorann.formats import pack as pack_drive
from tests.formats.packed_drives import assert_same_drive, make_drive


@pytest.fixture
def source(tmp_path):
    path = tmp_path / "source.drive.h5"
    pack_drive(make_drive(), path)
    return str(path)


def test_a_drive_is_packed_and_summed_up_in_one_line(source, tmp_path, capsys):
    out = tmp_path / "out.drive.h5"
    assert run(["pack", source, str(out)]) == 0
    captured = capsys.readouterr()
    assert captured.out.startswith(f"{out}: 8 sweeps with 880 points, 4 images, 0 missing; ")
    assert captured.out.count("\n") == 1
    assert captured.err == ""  # no bar in a pipe
    assert_same_drive(open_drive(out), make_drive())


def test_json_holds_the_figures(source, tmp_path, capsys):
    assert run(["pack", source, str(tmp_path / "out.drive.h5"), "--json"]) == 0
    figures = json.loads(capsys.readouterr().out)
    assert (figures["n_sweeps"], figures["n_images"], figures["n_points"]) == (8, 4, 880)
    assert figures["n_bytes"] == (tmp_path / "out.drive.h5").stat().st_size


def test_a_terminal_sees_progress(source, tmp_path, capsys, monkeypatch):
    monkeypatch.setattr("sys.stderr.isatty", lambda: True)
    assert run(["pack", source, str(tmp_path / "out.drive.h5")]) == 0
    assert "packing out.drive.h5" in capsys.readouterr().err


def test_a_name_that_is_no_drive_file_is_one_line_and_exit_1(source, tmp_path, capsys):
    assert run(["pack", source, str(tmp_path / "out.zip")]) == 1
    assert "call it out.drive.h5" in capsys.readouterr().err
    assert not (tmp_path / "out.zip").exists()
