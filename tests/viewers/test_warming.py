"""Work that a person would wait for is done before, and forgotten."""

from threading import current_thread

from viewers import warming
from viewers.warming import get_ready


def test_a_box_is_fitted_beside_the_person_and_forgotten(session, monkeypatch):
    threads = []

    def told(call):
        def work(*arguments, **named):
            threads.append(current_thread().name)
            return call(*arguments, **named)

        return work

    for name in ("fit_at", "refine_cuboid"):
        monkeypatch.setattr(warming, name, told(getattr(warming, name)))
    get_ready(session)
    session.finish()
    assert len(threads) >= 2
    assert set(threads) == {"sensorann work"}
    assert (session.labels.tracks, session.message) == ((), "")


def test_a_drive_without_a_sweep_needs_nothing(parked):
    get_ready(parked)
    assert (parked.busy, parked.message) == ((), "")
