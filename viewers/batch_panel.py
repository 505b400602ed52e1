"""The batch view: the selected object in many frames, any of which is mended in place."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from open3d.visualization import gui

from viewers.actions import looking
from viewers.layout import Place
from viewers.picture_widget import PictureEvent, PictureWidget, Press
from viewers.pictures.batch import Page, cell_at, cell_view, draw_page, frames_of_page, read_page, within
from viewers.pictures.closeup import Side
from viewers.pictures.hand import Hand
from viewers.rendering_queue import RenderingQueue
from viewers.session import Session


class BatchPanel:
    """One page of frames of the selected object."""

    def __init__(self, window: gui.Window, session: Session, *, on_change: Callable[[], None]) -> None:
        self._session, self._on_change = session, on_change
        self._picture = PictureWidget(window, self._event, on_hover=partial(looking.hover, session, Side.TOP))
        self._queue: RenderingQueue[Page] = RenderingQueue("sensorann batch")
        self._page: Page | None = None
        self._asked: tuple[str, tuple[int, ...]] | None = None
        self._hand, self._cell = Hand(), 0

    def place(self, place: Place) -> None:
        """Stand somewhere in the window, or nowhere."""
        self._picture.place(place)

    def refresh(self) -> bool:
        """Show the session as it is now, and tell whether that is new; another page is read beside the person."""
        session = self._session
        if 0 in self._picture.size:
            return False
        frames = frames_of_page(session)
        if not frames:
            session.message = session.message or "the batch view shows the selected object: select one"
            return False
        wanted = (session.track.id, frames)
        if self._page is None or (self._page.track_id, self._page.frames) != wanted:
            if wanted != self._asked:
                self._asked = wanted
                self._queue.ask(lambda: read_page(session, *wanted))
            return False
        return self._picture.show(draw_page(session, self._page, self._picture.size))

    def collect(self) -> bool:
        """Show a page whose points are there now; tell whether one is."""
        page = self._queue.collect()
        if page is None:
            return False
        self._page, self._asked = page, None
        self.refresh()
        return True

    def close(self) -> None:
        """Read no more."""
        self._queue.close()

    def _event(self, event: PictureEvent) -> None:
        page, session, size = self._page, self._session, self._picture.size
        if page is None or session.selected[-1:] != (page.track_id,):
            return
        if event.press is Press.DOWN:
            found = cell_at(page, event.pixel, size)
            if found is None:
                return
            self._cell = found[0]
            session.go_to(page.frames[self._cell])
            view = cell_view(session, page, self._cell, size)
            if view is not None:
                self._hand.press(session, view, found[1])
        elif event.press is Press.DRAG:
            if self._hand.drag(session, within(self._cell, event.pixel, size)):
                self.refresh()
        elif event.press is Press.UP:
            self._hand.release(session, within(self._cell, event.pixel, size))
            self._on_change()
