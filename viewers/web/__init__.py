"""The viewer in a browser: the same session, drawn by viser for people without a desktop's GPU."""

from viewers.web.showing import show

__all__ = ["show"]
