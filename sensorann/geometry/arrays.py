"""Checks that every public wrapper shares: shape, dtype, and arrays that nobody can change afterwards."""

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, DTypeLike, NDArray

from sensorann.errors import ArgumentError

# From here on not every whole number has a float64 of its own.
_EXACT_FLOATS = 2.0**53


def as_array(
    value: ArrayLike, shape: tuple[int | None, ...], dtype: DTypeLike, *, name: str, finite: bool = False
) -> NDArray[Any]:
    """Convert to a C-contiguous array of the given dtype, or say what was expected.

    Numbers become integers only where that keeps them: whole ones that fit, floats below 2^53.

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
        When the shape differs, a value is not finite though it must be, or would become another one.
    """
    if np.issubdtype(dtype, np.integer):
        _check_whole(value, np.iinfo(dtype), name)
    try:
        array = np.ascontiguousarray(value, dtype=dtype)
    except (TypeError, ValueError, OverflowError) as error:
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


def _check_whole(value: ArrayLike, limits: np.iinfo[Any], name: str) -> None:
    """Refuse numbers that a cast to integers would change without a word."""
    try:
        given = np.asarray(value)
    except ValueError:
        return  # ragged: the conversion says so
    if given.dtype == limits.dtype or given.dtype.kind not in "iufO":
        return
    if given.dtype.kind == "O":
        fits = [isinstance(one, int | np.integer) and limits.min <= one <= limits.max for one in given.flat]
        kept = np.array(fits, np.bool_).reshape(given.shape)
    elif given.dtype.kind == "f":
        wide = given.astype(np.float64)
        kept = (np.abs(wide) < _EXACT_FLOATS) & (np.trunc(wide) == wide) & (wide >= limits.min) & (wide <= limits.max)
    else:
        kept = (given >= limits.min) & (given <= limits.max)
    if not kept.all():
        raise ArgumentError(
            f"{name} must be whole numbers from {limits.min} to {limits.max} (floats below 2^53), "
            f"got {given[~kept].flat[0]!s:.40}"
        )


def frozen(array: NDArray[Any]) -> NDArray[Any]:
    """Return a read-only view; the caller's own array keeps its flags."""
    view = array.view()
    view.flags.writeable = False
    return view
