"""A lens as a file, and in words."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from calib.lenses.camera import Lens
from calib.lenses.trust import LensTrust
from sensorann import __version__
from sensorann.formats.rigs.document import Intrinsics
from sensorann.formats.rigs.own import FORMAT_VERSION, lens_members


def lens_document(lens: Lens, trust: LensTrust, *, name: str) -> dict[str, Any]:
    """Return what the file of a lens holds; `name` is that of the camera."""
    camera = lens.camera
    return {
        "format_version": FORMAT_VERSION,
        "made_by": f"sensorann {__version__}",
        "camera": name,
        **lens_members(Intrinsics.of(camera)),
        "covariance": {
            "meaning": "over fx, fy, cx, cy and the distortion coefficients, by the residuals' own noise",
            "matrix": lens.covariance.tolist(),
        },
        "board_warp": {
            "meaning": "how far the middle of the board lies behind its edges along columns and rows, in its unit",
            "values": lens.warp.tolist(),
            "sigmas": lens.warp_sigmas.tolist(),
        },
        "rms_px": lens.rms,
        "held_out_rms_px": trust.held_out_rms,
        "halves_differ_px": trust.halves_differ,
        "largest_sigma_px": float(np.nanmax(trust.sigmas)),
        "pictures": [{"name": name, "rms_px": float(rms)} for name, rms in zip(lens.names, lens.view_rms, strict=True)],
        "rejected": [{"name": item.name, "reason": item.reason} for item in lens.rejected],
    }


def lens_summary(lens: Lens, trust: LensTrust) -> str:
    """Describe a lens: its numbers with their sigmas, and how far to trust it away from the boards."""
    return "\n".join(_lines(lens, trust))


def _lines(lens: Lens, trust: LensTrust) -> Iterator[str]:
    camera, sigmas = lens.camera, np.sqrt(np.diag(lens.covariance))
    yield f"{camera.model} with {len(camera.distortion)} coefficients from {len(lens.names)} pictures"
    yield f"rms of the corners: {lens.rms:.3f} px; of pictures that were held out: {trust.held_out_rms:.3f} px"
    for i, (name, value) in enumerate(zip(("fx", "fy", "cx", "cy"), _focal(lens), strict=True)):
        yield f"  {name} {value:10.2f} px  sigma {sigmas[i]:.2f}"
    for number, value in enumerate(camera.distortion):
        yield f"  coefficient {number + 1}: {value:.5f}  sigma {sigmas[4 + number]:.5f}"
    if lens.warp.any():
        bent = ", ".join(f"{one:.5f} sigma {sigma:.5f}" for one, sigma in zip(lens.warp, lens.warp_sigmas, strict=True))
        yield f"the board is bent: its middle lies behind its edges by {bent} along columns and rows"
    yield f"two halves of the pictures differ by {trust.halves_differ:.2f} px or less over 95 % of the picture"
    worst = int(np.nanargmax(trust.sigmas))
    u, v = trust.grid[worst]
    middle, most = np.nanmedian(trust.sigmas), trust.sigmas[worst]
    yield f"sigma of where a far point is imaged: median {middle:.2f} px, most {most:.2f} px at ({u:.0f}, {v:.0f})"
    for item in lens.rejected:
        yield f"left out {item.name}: {item.reason}"
    if trust.halves_differ > 10 * trust.held_out_rms:
        yield "doubt: boards do not cover the picture; show the board in its corners, and more of it tilted"


def _focal(lens: Lens) -> list[float]:
    matrix = lens.camera.matrix
    return [float(matrix[0, 0]), float(matrix[1, 1]), float(matrix[0, 2]), float(matrix[1, 2])]
