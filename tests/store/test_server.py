"""The PostgreSQL server of the tests goes with them."""

import multiprocessing
import signal
import socket
import time
from pathlib import Path

import pytest

from tests.store import postgresql


def run_until_killed(port_sender) -> None:
    with postgresql.running() as server:
        port_sender.send((server.port, server.folder))
        signal.pause()


@pytest.mark.skipif(postgresql.programs() is None, reason="no PostgreSQL server is installed")
def test_a_killed_run_leaves_no_server_behind():
    context = multiprocessing.get_context("spawn")
    receiver, sender = context.Pipe(duplex=False)
    process = context.Process(target=run_until_killed, args=(sender,))
    process.start()
    port, folder = receiver.recv()
    process.kill()
    process.join()
    for _ in range(1200):  # a minute at most
        if not Path(folder).exists():
            break
        time.sleep(0.05)
    assert not Path(folder).exists()
    with socket.socket() as connection:
        assert connection.connect_ex(("127.0.0.1", port)) != 0
