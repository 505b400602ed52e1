"""Slow work beside the person: in order, handed over when asked for, and never the end of the thread."""

from threading import Event, Thread, current_thread

import pytest

from viewers.worker import AbandonedError, Worker


@pytest.fixture
def worker():
    worker = Worker("test")
    yield worker
    worker.close()


def test_nobody_waits_and_results_come_in_order(worker):
    go, taken = Event(), []
    worker.submit("slow", go.wait, taken.append)
    worker.submit("quick", lambda: current_thread().name, taken.append)
    assert worker.pending == ("slow", "quick")
    assert not worker.collect()
    go.set()
    for _ in range(2):
        worker.wait()
        assert worker.collect()
    assert taken == [True, "test"]
    assert worker.pending == ()


def test_an_error_comes_to_whoever_collects_and_the_thread_lives_on(worker):
    taken = []
    worker.submit("wrong", lambda: 1 // 0, taken.append)
    worker.submit("right", lambda: 1, taken.append)
    worker.wait()
    with pytest.raises(ZeroDivisionError):
        worker.collect()
    worker.wait()
    worker.collect()
    assert taken == [1]


def test_work_tells_how_far_it_is_and_is_abandoned_where_the_worker_closes(worker):
    told, go, ends = Event(), Event(), []

    def work():
        worker.progress(1, 4)
        told.set()
        go.wait()
        try:
            worker.progress(2, 4)
        except AbandonedError:
            ends.append("abandoned")
            raise

    assert worker.share is None
    worker.submit("long", work, ends.append)
    told.wait()
    assert worker.share == 0.25
    closing = Thread(target=worker.close)
    closing.start()
    while worker.pending:
        pass
    go.set()
    closing.join()
    assert ends == ["abandoned"]


def test_closing_drops_what_waits():
    worker, begun, go, done = Worker("test"), Event(), Event(), []
    worker.submit("at work", lambda: (begun.set(), go.wait()), done.append)
    worker.submit("waiting", lambda: done.append("worked"), done.append)
    begun.wait()
    closing = Thread(target=worker.close)
    closing.start()
    while worker.pending:
        pass
    go.set()
    closing.join()
    assert done == []
