"""Boards that a camera and a LiDAR saw."""

import pytest

from tests.calib.board_captures import make_captures


@pytest.fixture(scope="session")
def captures():
    """The truth, pixels and cloud of each board."""
    return make_captures()
