"""The viewer: an annotator's day, from an opened drive to accepted labels.

What a person works on is a `Session`; what he does are the functions in `viewers.actions`, which a window, a browser
and a test call alike. Neither knows how anything is drawn.
"""

from viewers.opening import open_session
from viewers.session import Session

__all__ = ["Session", "open_session"]
