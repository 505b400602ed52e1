"""`sensorann doctor` says what there is, and survives what there is not."""

import importlib
import json
import sys
from importlib import metadata

import pytest

from sensorann import __version__
from sensorann.cli import diagnosis, run
from sensorann.cli.diagnosis import diagnose, requirements


@pytest.fixture
def broken(monkeypatch):
    """Let imports of a module fail."""

    def break_module(name, error):
        real = importlib.import_module

        def import_module(module, package=None):
            if module == name or module.startswith(f"{name}."):
                raise error
            return real(module, package)

        monkeypatch.setattr(diagnosis.importlib, "import_module", import_module)

    return break_module


@pytest.fixture
def absent(monkeypatch):
    """Let packages seem not to be installed."""

    def remove(*names):
        real = metadata.version

        def version(name):
            if name in names:
                raise metadata.PackageNotFoundError(name)
            return real(name)

        monkeypatch.setattr(metadata, "version", version)

    return remove


def test_the_core_packages_are_those_of_the_installation():
    core, extras = requirements()
    assert {"numpy", "numba", "opencv-python", "h5py", "hdf5plugin"} <= set(core)
    assert extras["viewer"] == ["open3d"]
    assert extras["web"] == ["viser"]


def test_a_working_installation_is_healthy(capsys):
    assert run(["doctor"]) == 0
    text = capsys.readouterr().out
    for word in (f"sensorann          {__version__}", "Python", "HDF5", "SQLite", "numba", "opencv-python", "kernels"):
        assert word in text


def test_json_is_one_object_with_versions(capsys):
    assert run(["doctor", "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert document["healthy"] is True
    assert {"sensorann", "Python", "HDF5", "SQLite"} <= document["versions"].keys()
    assert document["machine"]["cpus_usable"] >= 1
    assert document["kernel_cache"]["writable"] is True
    assert all(package["version"] for package in document["core"])


def test_a_missing_extra_is_named_with_its_install_line_and_is_no_fault(absent, capsys):
    absent("open3d")
    assert run(["doctor"]) == 0
    assert 'missing open3d:  pip install "sensorann[viewer]"' in capsys.readouterr().out


def test_a_broken_core_package_is_said_and_exits_with_1(broken, capsys):
    broken("cv2", ImportError("libGL.so.1: cannot open shared object file"))
    assert run(["doctor"]) == 1
    text = capsys.readouterr().out
    assert "BROKEN  ImportError: libGL.so.1: cannot open shared object file" in text
    assert "pip install --force-reinstall opencv-python" in text


def test_a_package_that_fails_in_its_own_way_is_only_a_finding(broken):
    broken("h5py", RuntimeError("built against another HDF5"))
    found = diagnose()
    assert not found.healthy
    assert "not available" in found.versions["HDF5"]


def test_missing_system_libraries_of_the_viewer_come_with_the_line_that_installs_them(monkeypatch):

    monkeypatch.setattr(diagnosis, "_optional_package", lambda name: diagnosis.Package(name, "1.0"))
    monkeypatch.setattr(diagnosis.sys, "platform", "linux")
    monkeypatch.setattr(diagnosis, "_loads", lambda library: library != "libusb-1.0.so.0")
    assert "apt-get install -y libusb-1.0-0" in " ".join(diagnose().advice)


def test_a_source_folder_that_is_not_installed_is_said(monkeypatch):
    def requires(name):
        raise metadata.PackageNotFoundError(name)

    monkeypatch.setattr(metadata, "requires", requires)
    assert "not installed" in " ".join(diagnose().advice)


def test_a_read_only_kernel_cache_is_said(monkeypatch):

    monkeypatch.setattr(diagnosis.os, "access", lambda path, mode: False)
    assert "NUMBA_CACHE_DIR" in " ".join(diagnose().advice)


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere Open3D does not draw with Vulkan")
def test_a_missing_vulkan_driver_is_told(monkeypatch, tmp_path, capsys):
    pytest.importorskip("open3d", exc_type=(ImportError, OSError))
    for variable in ("VK_ICD_FILENAMES", "VK_DRIVER_FILES"):
        monkeypatch.setenv(variable, str(tmp_path / "none.json"))
    assert run(["doctor"]) == 0
    assert "mesa-vulkan-drivers" in capsys.readouterr().out
