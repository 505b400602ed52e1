"""A graphics card that draws, but cannot show pictures on this display: what is done instead."""

import os
import subprocess
import sys

import pytest

from sensorann.cli import cards, graphics
from sensorann.cli.cards import Card
from sensorann.cli.view import check_screen
from sensorann.errors import MissingDataError
from tests.viewers.screen import available, screen

DISCRETE, INTEGRATED, SOFTWARE = 2, 1, 4
LAVAPIPE = Card("llvmpipe", SOFTWARE, shows=True)

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="elsewhere windows need no X display")


@pytest.fixture
def display(monkeypatch):
    """A display that answers, and a Vulkan that does; what it offers is the test's to say."""
    monkeypatch.setenv("DISPLAY", ":5")
    for variable in ("VK_DRIVER_FILES", "VK_ICD_FILENAMES"):
        monkeypatch.setenv(variable, "")
    monkeypatch.setattr(graphics, "display_answers", lambda: True)
    monkeypatch.setattr(graphics, "vulkan_answers", lambda: True)

    def offer(*offered):
        monkeypatch.setattr(cards, "cards_here", lambda: offered)

    return offer


@pytest.fixture
def lavapipe(monkeypatch, tmp_path):
    """The file that names the driver without a card."""
    driver = tmp_path / "vulkan" / "icd.d" / "lvp_icd.x86_64.json"
    driver.parent.mkdir(parents=True)
    driver.touch()
    monkeypatch.setenv("XDG_DATA_DIRS", str(tmp_path))
    return driver


def test_the_card_that_is_drawn_with_is_the_strongest():
    offered = (LAVAPIPE, Card("built in", INTEGRATED, shows=True), Card("in a slot", DISCRETE, shows=False))
    assert cards.preferred(offered).name == "in a slot"
    assert cards.preferred(offered[:2]).name == "built in"
    assert cards.preferred(()) is None


def test_a_card_that_shows_is_left_alone(display, lavapipe, capsys):
    display(Card("in a slot", DISCRETE, shows=True), LAVAPIPE)
    check_screen("drive")
    assert not os.environ["VK_DRIVER_FILES"]
    assert capsys.readouterr().err == ""


def test_where_the_card_cannot_show_software_draws_and_it_is_said(display, lavapipe, capsys):
    display(Card("in a slot", DISCRETE, shows=False), LAVAPIPE)
    check_screen("drive")
    assert os.environ["VK_DRIVER_FILES"] == os.environ["VK_ICD_FILENAMES"] == str(lavapipe)
    why = "in a slot cannot show pictures on the display :5, a remote or virtual one"
    assert capsys.readouterr().err == f"sensorann view: {why}: drawing in software\n"


def test_without_software_it_is_refused_and_what_brings_it_is_named(display, monkeypatch):
    display(Card("in a slot", DISCRETE, shows=False))
    monkeypatch.setattr(graphics, "software_driver", lambda: None)
    with pytest.raises(
        MissingDataError, match=r"in a slot cannot show pictures on the display :5.*mesa-vulkan-drivers"
    ):
        check_screen("drive")


@pytest.mark.skipif(not available(), reason="needs Xvfb and xdotool (make system-libraries)")
def test_on_a_real_screen_the_real_driver_shows():
    with screen() as shown:
        seen = subprocess.run(
            [sys.executable, "-c", "from sensorann.cli import cards; print(cards.preferred(cards.cards_here()).shows)"],
            env=os.environ | {"DISPLAY": shown.display},
            capture_output=True,
            text=True,
            check=True,
        )
    assert seen.stdout == "True\n"
