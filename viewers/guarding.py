"""No error ends a window or a page: it is shown there, and logged where it is our fault."""

from __future__ import annotations

import contextlib
import functools
import logging
from collections.abc import Callable
from typing import ParamSpec, TypeVar

from sensorann.errors import SensorannError
from viewers.session import Session

_log = logging.getLogger(__name__)
_Arguments = ParamSpec("_Arguments")
_Result = TypeVar("_Result")


class Guard:
    """Wraps what a person's hand calls.

    Parameters
    ----------
    session : takes the message
    show : shows it
    """

    def __init__(self, session: Session, show: Callable[[], object]) -> None:
        self._session, self._show = session, show

    def __call__(self, call: Callable[_Arguments, _Result], otherwise: _Result) -> Callable[_Arguments, _Result]:
        """Let no error leave a function: it returns something else instead."""

        @functools.wraps(call)
        def guarded(*arguments: _Arguments.args, **named: _Arguments.kwargs) -> _Result:
            try:
                return call(*arguments, **named)
            except SensorannError as error:
                self._session.message = str(error)
            except Exception as error:  # a fault of ours costs an action, not the day
                _log.exception("the viewer goes on")
                self._session.message = f"this went wrong, the log says more: {error!r}"
            with contextlib.suppress(Exception):  # what cannot be shown must not end it either
                self._show()
            return otherwise

        return guarded
