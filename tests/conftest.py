"""What all tests share: the recorded drives, and hypothesis without deadlines (first calls compile)."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, settings

if TYPE_CHECKING:
    from tests.browser import Browser
    from tests.store.postgresql import Server

settings.register_profile(
    "sensorann", deadline=None, max_examples=50, suppress_health_check=[HealthCheck.too_slow], derandomize=True
)
settings.load_profile("sensorann")

REAL_DATA = Path(os.environ.get("SENSORANN_DATA", Path(__file__).parents[1].parent / "shared" / "data"))


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    if REAL_DATA.is_dir():
        return
    absent = pytest.mark.skip(reason=f"no recorded drives at {REAL_DATA} (set SENSORANN_DATA)")
    for item in items:
        if item.get_closest_marker("real_data"):
            item.add_marker(absent)


@pytest.fixture(scope="session")
def real_data() -> Path:
    """Folder of the recorded drives; the test carries the mark `real_data`."""
    return REAL_DATA


@pytest.fixture(scope="session")
def server() -> Iterator["Server"]:
    """A PostgreSQL server of the tests' own, empty."""
    from tests.store import postgresql

    if postgresql.programs() is None:
        pytest.skip("no PostgreSQL server is installed (apt-get install postgresql)")
    with postgresql.running() as running:
        yield running


@pytest.fixture(scope="session")
def browser() -> Iterator["Browser"]:
    """A Chromium without a window."""
    from tests import browser

    if not browser.installed():
        pytest.skip("no Chromium is installed (apt-get install chromium chromium-driver)")
    with browser.running() as running:
        yield running
