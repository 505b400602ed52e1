"""`sensorann view`, before there is a window: what it refuses and how."""

import builtins
import socket
import sys
from dataclasses import replace

import pytest

from sensorann import cli
from sensorann.cli import graphics
from sensorann.formats import pack
from sensorann.scene import Rig
from sensorann.simulate import simulate_drive
from sensorann.simulate.vehicle import LIDAR

on_linux = pytest.mark.skipif(sys.platform != "linux", reason="elsewhere windows need no X display")


@pytest.fixture(scope="module")
def packed(tmp_path_factory):
    drive, _ = simulate_drive(n_frames=1, n_actors=1, n_beams=4, n_columns=20)
    path = tmp_path_factory.mktemp("drive") / "street.drive.h5"
    pack(replace(drive, rig=Rig((drive.rig[LIDAR],))), path)
    return path


def view_without_a_window(packed, capsys, tmp_path) -> str:
    """The line that refuses; no store is made."""
    assert cli.run(["view", str(packed), "--store", str(tmp_path / "labels.db")]) == 1
    message = capsys.readouterr().err
    assert message.count("\n") == 1
    assert not list(tmp_path.iterdir())
    return message


@on_linux
def test_without_a_screen_it_names_the_ways_without_one(packed, capsys, monkeypatch, tmp_path):
    monkeypatch.delenv("DISPLAY", raising=False)
    monkeypatch.setenv("WAYLAND_DISPLAY", "wayland-0")
    message = view_without_a_window(packed, capsys, tmp_path)
    assert "DISPLAY is not set" in message
    assert f"sensorann render {packed} --labels LABELS" in message
    assert f"sensorann view {packed} --web" in message


@on_linux
def test_a_display_that_does_not_answer_is_named(packed, capsys, monkeypatch, tmp_path):
    monkeypatch.setenv("DISPLAY", ":5077")
    assert "the display :5077 that DISPLAY names does not answer" in view_without_a_window(packed, capsys, tmp_path)


@on_linux
def test_without_a_vulkan_driver_it_says_what_brings_one(packed, capsys, monkeypatch, tmp_path):
    for variable in ("VK_ICD_FILENAMES", "VK_DRIVER_FILES"):
        monkeypatch.setenv(variable, str(tmp_path / "none.json"))
    monkeypatch.setenv("DISPLAY", ":99")
    monkeypatch.setattr(graphics, "display_answers", lambda: True)
    assert "mesa-vulkan-drivers" in view_without_a_window(packed, capsys, tmp_path)


@pytest.fixture
def absent(monkeypatch):
    """Let a package seem not to be installed, and what imports it seem not to be imported yet."""

    def remove(package, *modules):
        real = builtins.__import__

        def without(name, *rest, **named):
            if name.split(".")[0] == package:
                raise ImportError(f"No module named {package!r}")
            return real(name, *rest, **named)

        for module in [name for name in sys.modules if name.startswith(modules)]:
            monkeypatch.delitem(sys.modules, module)
        monkeypatch.setattr(builtins, "__import__", without)

    return remove


def test_without_open3d_it_says_how_to_get_it(packed, capsys, monkeypatch, tmp_path, absent):
    monkeypatch.setattr(graphics, "problem", lambda: None)
    absent("open3d", "viewers.window")
    assert cli.run(["view", str(packed), "--store", str(tmp_path / "labels.db")]) == 1
    message = capsys.readouterr().err
    assert 'pip install "sensorann[viewer]"' in message
    assert "sensorann doctor" in message
    assert not list(tmp_path.iterdir())


def test_without_viser_it_says_how_to_get_it(packed, capsys, tmp_path, absent):
    absent("viser", "viewers.web")
    assert cli.run(["view", str(packed), "--store", str(tmp_path / "labels.db"), "--web"]) == 1
    message = capsys.readouterr().err
    assert 'sensorann view --web needs viser: pip install "sensorann[web]"' in message
    assert message.count("\n") == 1
    assert not list(tmp_path.iterdir())


def test_a_taken_port_is_told_in_one_line(packed, capsys, tmp_path):
    pytest.importorskip("viser")
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        assert cli.run(["view", str(packed), "--store", str(tmp_path / "labels.db"), "--web", "--port", port]) == 1
    printed = capsys.readouterr()
    assert f"port {port} of 127.0.0.1 is taken by another program" in printed.err
    assert printed.err.count("\n") == 1
    assert printed.out == ""


def test_wrong_keys_are_told_before_anything_opens(packed, capsys, tmp_path):
    keys = tmp_path / "keys.toml"
    keys.write_text("[keys]\nfly = 'Y'\n")
    assert cli.run(["view", str(packed), "--keys", str(keys)]) == 1
    assert "keys.toml, fly: expected one of next_frame" in capsys.readouterr().err
