"""Checks that every public wrapper shares: shape, dtype, and arrays that nobody can change afterwards."""

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, DTypeLike, NDArray

from sensorann.errors import ArgumentError


def as_array(
    value: ArrayLike, shape: tuple[int | None, ...], dtype: DTypeLike, *, name: str, finite: bool = False
) -> NDArray[Any]:
    """Convert to a C-contiguous array of the given dtype, or say what was expected.

    Parameters
    ----------
    value : array-like
    shape : expected shape, None where any length is allowed
    dtype : target dtype
    name : the argument's name in the message
    finite : refuse NaN and infinity

    Raises
    ------
    ArgumentError
        When the shape differs, or a value is not finite though it must be.
    """
    try:
        array = np.ascontiguousarray(value, dtype=dtype)
    except (TypeError, ValueError) as error:
        raise ArgumentError(f"{name} must be an array of {np.dtype(dtype)}, got {value!r:.80}") from error
    if array.ndim == 1 and np.ndim(value) == 0:
        array = array.reshape(())
    fits = array.ndim == len(shape) and all(
        want is None or want == have for want, have in zip(shape, array.shape, strict=True)
    )
    if not fits:
        wanted = ", ".join("N" if want is None else str(want) for want in shape)
        raise ArgumentError(f"{name} must have shape ({wanted}{',' if len(shape) == 1 else ''}), got {array.shape}")
    if finite and not np.isfinite(array).all():
        row = int(np.argwhere(~np.isfinite(array))[0][0]) if array.ndim else 0
        raise ArgumentError(f"{name} must be finite, row {row} holds {array[row] if array.ndim else array}")
    return array


def frozen(array: NDArray[Any]) -> NDArray[Any]:
    """Return a read-only view; the caller's own array keeps its flags."""
    view = array.view()
    view.flags.writeable = False
    return view
