"""Which pictures are drawn when, by a clock of the test's own."""

from viewers.pacing import Pacing


def drawn(pacing: Pacing, now_s: float) -> int:
    """Draw all that is due at an instant; how many pictures that was."""
    n_pictures = 0
    while pacing.picture_due(now_s):
        pacing.drawn()
        n_pictures += 1
    return n_pictures


def test_a_change_is_drawn_some_times_and_again_later_and_then_no_more():
    pacing = Pacing()
    assert drawn(pacing, 0.0) == 0
    pacing.changed(0.0)
    assert drawn(pacing, 0.0) == 3
    assert [drawn(pacing, now_s) for now_s in (0.4, 0.6, 0.7, 1.6, 4.1, 100.0)] == [0, 1, 0, 1, 1, 0]


def test_a_change_begins_anew():
    pacing = Pacing()
    pacing.changed(0.0)
    drawn(pacing, 0.0)
    pacing.changed(0.4)
    assert [drawn(pacing, now_s) for now_s in (0.4, 0.6, 1.0)] == [3, 0, 1]


def test_panels_are_drawn_once_behind_the_first_picture():
    pacing = Pacing()
    pacing.panels_wait(for_picture=True)
    assert not pacing.panels_due()
    pacing.drawn()
    assert pacing.panels_due()
    assert not pacing.panels_due()


def test_panels_wait_no_longer_where_more_changes():
    pacing = Pacing()
    pacing.panels_wait(for_picture=True)
    pacing.drawn()
    pacing.panels_wait(for_picture=True)
    assert pacing.panels_due()


def test_panels_are_drawn_at_once_where_no_picture_is_due():
    pacing = Pacing()
    pacing.panels_wait(for_picture=False)
    assert pacing.panels_due()


def test_what_moves_is_drawn_again_only_when_it_rests():
    pacing = Pacing()
    pacing.moves(0.0)
    pacing.moves(0.3)
    assert [drawn(pacing, now_s) for now_s in (0.3, 0.6, 0.9, 100.0)] == [0, 0, 1, 2]
