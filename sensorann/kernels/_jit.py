"""The one way in which kernels are compiled: cached on disk, releasing the GIL, exact floating point."""

import os
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any, cast


def _writable_cache_directory() -> str:
    """Choose a folder for compiled kernels that works in a read-only install and without HOME."""
    base = os.environ.get("XDG_CACHE_HOME")
    candidates = [Path(base)] if base else []
    if "HOME" in os.environ:
        candidates.append(Path(os.environ["HOME"]) / ".cache")
    for candidate in candidates:
        folder = candidate / "sensorann" / "kernels"
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError:
            continue
        if os.access(folder, os.W_OK):
            return str(folder)
    return str(Path(tempfile.gettempdir()) / f"sensorann-kernels-{os.getuid()}")


# numba reads the variable when it is first imported, so it is set before the import below.
os.environ.setdefault("NUMBA_CACHE_DIR", _writable_cache_directory())

import numba  # noqa: E402


def kernel(function: Callable[..., Any]) -> Callable[..., Any]:
    """Compile a loop on first call, cached on disk and without holding the GIL.

    Never with fastmath (sweeps hold NaN, results must not depend on the machine) and never parallel: threads run
    over frames instead. Division follows IEEE, as in numpy: a test for zero before each one would keep loops from
    using the vector units. Without the compiler it raises, so a kernel never divides by zero.
    """
    return cast(Callable[..., Any], numba.njit(cache=True, nogil=True, error_model="numpy")(function))
