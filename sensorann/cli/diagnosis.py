"""What is installed, what is missing, and how to get it."""

from __future__ import annotations

import ctypes
import importlib
import os
import platform
import re
import sys
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

from sensorann import __version__
from sensorann.cli import graphics

# Names under which packages are imported, where they differ from the names they are installed by.
_MODULES = {"opencv-python": "cv2", "lazy-loader": "lazy_loader"}
_REQUIREMENT = re.compile(r'^(?P<name>[A-Za-z0-9._-]+)[^;]*(?:;.*extra == [\'"](?P<extra>[^\'"]+)[\'"])?')
# What Open3D's windows need from the system, and the Debian packages that hold it.
_VIEWER_LIBRARIES = {
    "libusb-1.0.so.0": "libusb-1.0-0",
    "libvulkan.so.1": "libvulkan1 mesa-vulkan-drivers",
    "libEGL.so.1": "libegl1",
    "libGL.so.1": "libgl1",
}


@dataclass(frozen=True, slots=True)
class Package:
    """One package that sensorann asks for.

    Attributes
    ----------
    name : as it is installed
    version : None where it is missing or broken
    problem : why there is no version; empty otherwise
    """

    name: str
    version: str | None
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Extra:
    """One optional set of packages; `install` brings what is missing."""

    name: str
    packages: tuple[Package, ...]
    install: str

    @property
    def complete(self) -> bool:
        """Whether everything in it is there."""
        return all(package.version for package in self.packages)


@dataclass(frozen=True, kw_only=True, slots=True)
class Diagnosis:
    """All that there is to report of an installation.

    Attributes
    ----------
    versions : sensorann, Python, and the libraries below the packages
    core : packages without which nothing works
    extras : optional packages
    kernel_cache : folder of the compiled kernels, whether it is writable, and how many files it holds
    machine : system, processors, memory
    advice : one line each, what to do
    """

    versions: dict[str, str]
    core: tuple[Package, ...]
    extras: tuple[Extra, ...]
    kernel_cache: dict[str, str | bool | int]
    machine: dict[str, str | int | float]
    advice: tuple[str, ...]

    @property
    def healthy(self) -> bool:
        """Whether every core package works."""
        return all(package.version for package in self.core)


def diagnose() -> Diagnosis:
    """Look at this installation; nothing that is missing or broken stops it."""
    core_names, extra_names = requirements()
    core = tuple(_core_package(name) for name in core_names)
    extras = tuple(
        Extra(name, tuple(_optional_package(package) for package in packages), f'pip install "sensorann[{name}]"')
        for name, packages in extra_names.items()
    )
    kernel_cache = _kernel_cache()
    return Diagnosis(
        versions=_versions(),
        core=core,
        extras=extras,
        kernel_cache=kernel_cache,
        machine=_machine(),
        advice=tuple(_advice(core, extras, kernel_cache)),
    )


def requirements() -> tuple[list[str], dict[str, list[str]]]:
    """Names of the core packages and, by extra, of the optional ones, as this installation declares them."""
    core: list[str] = []
    extras: dict[str, list[str]] = {}
    try:
        lines = metadata.requires("sensorann") or []
    except metadata.PackageNotFoundError:
        return core, extras  # runs from a source folder
    for line in lines:
        match = _REQUIREMENT.match(line)
        if match is None or match["extra"] == "all":
            continue  # all the others once more
        if match["extra"] is None:
            core.append(match["name"])
        else:
            extras.setdefault(match["extra"], []).append(match["name"])
    return core, extras


def _core_package(name: str) -> Package:
    try:
        importlib.import_module(_MODULES.get(name, name.replace("-", "_")))
        return Package(name, metadata.version(name))
    except Exception as error:  # whatever a broken package raises, it is the finding
        return Package(name, None, f"{type(error).__name__}: {error}".splitlines()[0])


def _optional_package(name: str) -> Package:
    # Not imported: Open3D alone takes seconds, and its absence is no fault.
    try:
        return Package(name, metadata.version(name))
    except metadata.PackageNotFoundError:
        return Package(name, None, "not installed")


def _versions() -> dict[str, str]:
    versions = {"sensorann": __version__, "Python": platform.python_version()}
    for label, module, attribute in (
        ("HDF5", "h5py.version", "hdf5_version"),
        ("SQLite", "sqlite3", "sqlite_version"),
    ):
        try:
            versions[label] = str(getattr(importlib.import_module(module), attribute))
        except Exception as error:  # see _core_package
            versions[label] = f"not available ({type(error).__name__}: {error})"
    return versions


def _kernel_cache() -> dict[str, str | bool | int]:
    try:
        importlib.import_module("sensorann.kernels._jit")  # chooses the folder
    except Exception as error:  # see _core_package
        return {"folder": os.environ.get("NUMBA_CACHE_DIR", ""), "writable": False, "problem": str(error)}
    folder = Path(os.environ["NUMBA_CACHE_DIR"])
    existing = next(place for place in (folder, *folder.absolute().parents) if place.exists())
    files = sum(1 for _ in folder.rglob("*.nbc")) if folder.is_dir() else 0
    return {"folder": str(folder), "writable": os.access(existing, os.W_OK), "files": files}


def _machine() -> dict[str, str | int | float]:
    usable = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    machine: dict[str, str | int | float] = {
        "system": platform.platform(),
        "cpus": os.cpu_count() or 1,
        "cpus_usable": usable,
    }
    if hasattr(os, "sysconf") and "SC_PHYS_PAGES" in os.sysconf_names:
        machine["memory_gib"] = round(os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") / 2**30, 1)
    return machine


def _advice(
    core: tuple[Package, ...], extras: tuple[Extra, ...], kernel_cache: dict[str, str | bool | int]
) -> list[str]:
    broken = [package.name for package in core if package.version is None]
    lines = [f"pip install --force-reinstall {' '.join(broken)}"] if broken else []
    lines += [
        f"{extra.install}  brings {', '.join(package.name for package in extra.packages if not package.version)}"
        for extra in extras
        if not extra.complete
    ]
    if not core:
        lines.append("sensorann runs from a folder and is not installed, its packages are unknown: pip install -e .")
    if not kernel_cache["writable"]:
        lines.append(
            f"kernels are compiled anew in every run: let {kernel_cache['folder']} be writable or set NUMBA_CACHE_DIR"
        )
    viewer = next((extra for extra in extras if extra.name == "viewer"), None)
    if viewer is not None and viewer.complete and sys.platform == "linux":
        absent = [package for library, package in _VIEWER_LIBRARIES.items() if not _loads(library)]
        if absent:
            lines.append(f"the viewer needs system libraries: apt-get install -y {' '.join(absent)}")
        elif not graphics.vulkan_answers():
            lines.append("the viewer finds no Vulkan driver: apt-get install -y mesa-vulkan-drivers, or the card's own")
        elif (card := graphics.shut_out()) is not None:
            lines.append(f"{graphics.cannot_show(card)}; mesa-vulkan-drivers lets the viewer draw there in software")
    return lines


def _loads(library: str) -> bool:
    try:
        ctypes.CDLL(library)
    except OSError:
        return False
    return True
