"""Work that a person would wait for is done before, and forgotten."""

from threading import current_thread

from viewers import warming
from viewers.warming import get_ready


def test_a_box_is_fitted_beside_the_person_and_forgotten(session, monkeypatch):
    threads = []

    def told(call):
        def work(*arguments, **named):
            threads.append((call.__name__, current_thread().name))
            return call(*arguments, **named)

        return work

    names = {"fit_at", "refine_cuboid", "cuboid_from_image_box"}
    for name in names:
        monkeypatch.setattr(warming, name, told(getattr(warming, name)))
    get_ready(session)
    session.finish()
    assert set(threads) == {(name, "sensorann work") for name in names}
    assert (session.labels.tracks, session.message) == ((), "")


def test_a_drive_without_a_sweep_needs_nothing(parked):
    get_ready(parked)
    assert (parked.busy, parked.message) == ((), "")
