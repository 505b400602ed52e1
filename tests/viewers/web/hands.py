"""Hands on the keyboard and the mouse of a browser that nobody looks at, and what its pages ask for."""

from __future__ import annotations

import contextlib
import json
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import cv2
import numpy as np
from selenium.common.exceptions import ElementClickInterceptedException, NoSuchElementException, WebDriverException
from selenium.webdriver import Chrome
from selenium.webdriver.common.actions.action_builder import ActionBuilder
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.remote.webelement import WebElement

from tests.browser import running
from tests.viewers.screen import until
from viewers.web.serving import HOST

WINDOW = (1280, 800)
# Spread of the values of a picture in which there is more than the dark ground.
_SOMETHING = 5.0
_TYPING_S = 0.3
_LINE = "//*[normalize-space()='{}']/following::input[1]"
_SWITCHES = (
    f"--window-size={WINDOW[0]},{WINDOW[1]}",
    # Errands of the browser's own, on which it would name the page.
    "--disable-features=AutofillServerCommunication",
)


class Hands:
    """Hands on the pages of a browser, in the tab that was turned to last."""

    def __init__(self, chrome: Chrome) -> None:
        self._chrome = chrome

    def open(self, address: str) -> None:
        """Open a page and wait until it shows a session."""
        self._chrome.get(address)
        until(lambda: "tool: " in self.text(), "the panel")
        until(lambda: self._chrome.find_elements(By.CSS_SELECTOR, "canvas"), "the 3D view")
        for warning in self._chrome.find_elements(By.CSS_SELECTOR, ".mantine-Notification-closeButton"):
            warning.click()  # that there is no graphics card
        until(lambda: self.picture().std() > _SOMETHING, "points in the 3D view")

    def open_tab(self, address: str) -> None:
        self._chrome.switch_to.new_window("tab")
        self.open(address)

    def crash(self) -> None:
        """Let the tab break off in the middle of what it does, and turn to the first one."""
        with contextlib.suppress(WebDriverException):
            self._chrome.execute_cdp_cmd("Page.crash", {})
        self._chrome.switch_to.window(self._chrome.window_handles[0])

    def address(self) -> str:
        return self._chrome.current_url

    def text(self) -> str:
        """All that is written on the page."""
        return self._chrome.find_element(By.TAG_NAME, "body").text

    def button(self, name: str) -> None:
        """Press a button of the panel."""
        self._press(f"//button[normalize-space()='{name}']")

    def choose(self, label: str, words: str) -> None:
        """Choose the first entry of a list with some words."""
        visible = "[...document.querySelectorAll('[role=option]')].filter(one => one.offsetParent"
        # In one step: the page draws its lists anew at any time.
        press = (
            f"const one = {visible} && one.textContent.includes(arguments[0]))[0]; one?.click(); return Boolean(one)"
        )

        def chosen() -> bool:
            until(lambda: not self._chrome.execute_script(f"return {visible}).length"), "the end of the last choice")
            self._press(_LINE.format(label))
            until(lambda: self._chrome.execute_script(press, words), f"an entry with {words}")
            time.sleep(_TYPING_S)
            return words in self._line(label).get_attribute("value")

        until(chosen, f"{words} chosen")

    def type(self, label: str, text: str) -> None:
        """Replace what is written in the line with a label."""
        self._line(label).send_keys(Keys.CONTROL, "a", Keys.NULL, text)
        time.sleep(_TYPING_S)

    def say(self, label: str, text: str) -> None:
        """Write into the line with a label and press Enter, as fast as no hand does."""
        self._line(label).send_keys(text, Keys.ENTER)

    def _line(self, label: str) -> WebElement:
        return self._in_sight(_LINE.format(label))

    def _in_sight(self, path: str) -> WebElement:
        element = self._chrome.find_element(By.XPATH, path)
        self._chrome.execute_script("arguments[0].scrollIntoView({block: 'center'})", element)
        return element

    def _press(self, path: str) -> None:
        """Press an element as soon as nothing lies above it, such as a dialog that fades away."""

        def pressed() -> bool:
            with contextlib.suppress(NoSuchElementException, ElementClickInterceptedException):
                self._in_sight(path).click()
                return True
            return False

        until(pressed, path)

    def fetch(self, address: str) -> str:
        """Let a script of the page ask for an address; ``answered`` or ``refused``."""
        return self.script(
            "const [address, done] = arguments;"
            "fetch(address, {mode: 'no-cors'}).then(() => done('answered'), () => done('refused'))",
            address,
        )

    def script(self, text: str, *arguments: object) -> Any:
        """Run a script on the page; what it gives to its last argument."""
        return self._chrome.execute_async_script(text, *arguments)

    def view(self) -> tuple[float, float, float, float]:
        """Left, top, width and height of the 3D view in pixels."""
        rect = self._chrome.execute_script("return document.querySelector('canvas').getBoundingClientRect()")
        return rect["left"], rect["top"], rect["width"], rect["height"]

    def key(self, keys: str, *, held: Sequence[str] = ()) -> None:
        """Press a key on the page, with others held."""
        action = ActionBuilder(self._chrome)
        for key in held:
            action.key_action.key_down(key)
        action.key_action.send_keys(keys)
        for key in held:
            action.key_action.key_up(key)
        action.perform()

    def click(self, pixel: Sequence[float]) -> None:
        """Click at a pixel of the 3D view."""
        self.drag([pixel])

    def drag(self, pixels: Sequence[Sequence[float]], *, release: bool = True) -> None:
        """Press the button at the first pixel of the 3D view, move over the others, let it go at the last."""
        left, top, _, _ = self.view()
        action = ActionBuilder(self._chrome)
        pointer = action.pointer_action
        for n, (x, y) in enumerate(pixels):
            pointer.move_to_location(round(left + x), round(top + y))
            if n == 0:
                pointer.pause(0.2)  # the page looks at what is under the pointer once per picture
                pointer.pointer_down()
            pointer.pause(0.1)
        if release:
            pointer.pointer_up()
        action.perform()

    def until_drawn(self, before: np.ndarray) -> None:
        """Wait until the 3D view shows something else than before, and stays."""
        last = before

        def stays() -> bool:
            nonlocal last
            shown, last = last, self.picture()
            return not np.array_equal(last, before) and np.array_equal(last, shown)

        until(stays, "a new picture")

    def picture(self) -> np.ndarray:
        """What the 3D view shows (height, width, 3), BGR."""
        left, top, width, height = (round(value) for value in self.view())
        return self.whole_picture()[top : top + height, left : left + width]

    def whole_picture(self) -> np.ndarray:
        """What the tab shows (height, width, 3), BGR."""
        return cv2.imdecode(np.frombuffer(self._chrome.get_screenshot_as_png(), np.uint8), cv2.IMREAD_COLOR)


@contextmanager
def browser(log: Path) -> Iterator[Hands]:
    """Start a browser that logs what it does on the network; `asked_by_pages` reads that when it has ended."""
    with running(*_SWITCHES, f"--log-net-log={log}") as started:
        yield Hands(started.window)


def asked_by_pages(log: Path) -> set[str]:
    """Hosts that were asked for anything on behalf of a page of this machine, from the log of a browser.

    What a browser asks for itself, such as its updates, is kept apart from what pages do.
    """
    content = json.loads(log.read_text())
    began = content["constants"]["logEventTypes"]["URL_REQUEST_START_JOB"]
    asked = [event["params"] for event in content["events"] if event["type"] == began and "params" in event]
    return {str(urlsplit(one["url"]).netloc) for one in asked if HOST in one.get("network_isolation_key", "")}
