"""A browser without a window, which tells what a page asked for and complained of."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from selenium import webdriver
from selenium.webdriver.chrome.service import Service

_DRIVER = "chromedriver"
# Drawing in space needs no graphics card; a container has neither a sandbox nor much shared memory.
_SWITCHES = (
    "--headless=new",
    "--no-sandbox",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--window-size=1400,1000",
    "--use-angle=swiftshader",
    "--enable-unsafe-swiftshader",
)


def installed() -> bool:
    """Tell whether there is a Chromium that can be driven."""
    return shutil.which(_DRIVER) is not None


class Browser:
    """One window.

    Attributes
    ----------
    window : of selenium, for everything that this class does not do
    """

    def __init__(self, window: webdriver.Chrome) -> None:
        self.window = window

    def open(self, page: Path | str) -> None:
        """Open a file or an address, and forget what earlier pages asked for."""
        self.window.get_log("performance")
        self.window.get_log("browser")
        self.window.get(page.as_uri() if isinstance(page, Path) else page)

    def run(self, script: str, *arguments: Any) -> Any:
        """Run a script in the page; what it returns."""
        return self.window.execute_script(script, *arguments)

    def asked_for(self) -> list[str]:
        """Addresses that the page has asked for since it was opened, without what lies in the page itself."""
        events = [json.loads(entry["message"])["message"] for entry in self.window.get_log("performance")]
        sent = [one["params"]["request"]["url"] for one in events if one["method"] == "Network.requestWillBeSent"]
        return [address for address in sent if not address.startswith(("data:", "blob:"))]

    def complaints(self) -> list[str]:
        """Errors of scripts, and what the page was forbidden to do."""
        return [entry["message"] for entry in self.window.get_log("browser") if entry["level"] == "SEVERE"]


@contextmanager
def running(*switches: str) -> Iterator[Browser]:
    """A browser that ends with the block; it may be started with more switches."""
    options = webdriver.ChromeOptions()
    for switch in (*_SWITCHES, *switches):
        options.add_argument(switch)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    window = webdriver.Chrome(options=options, service=Service(shutil.which(_DRIVER)))
    try:
        yield Browser(window)
    finally:
        window.quit()
