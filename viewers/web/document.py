"""The page as viser ships it, with our title, without its own use of our keys, and with the last letters of a form."""

from __future__ import annotations

import html

from websockets.asyncio.server import ServerConnection
from websockets.http11 import Request, Response

from viewers.web.door import Answer

# viser tells of what is written every 50 ms, and a form that is ended sooner after a letter would lose that letter: its
# end waits until the letters are told.
_LAST_LETTERS = """<script>
let written = 0;
document.documentElement.addEventListener("input", () => { written = performance.now(); }, true);
document.documentElement.addEventListener("submit", (event) => {
  if (performance.now() - written > 100) return;
  event.preventDefault();
  event.stopPropagation();
  setTimeout(() => event.target.requestSubmit(), 100);
}, true);
</script>"""

# viser flies its camera with these keys, which are a person's hands on a box here. It listens on the document, above
# the element on which it listens for commands. A widget that was used keeps no keys for itself, and Escape leaves one.
_OUR_KEYS = """<script>
const root = document.documentElement, flown = /^(Key[WASDQE]|Arrow(Up|Down|Left|Right))$/;
root.addEventListener("keydown", (event) => {
  if (flown.test(event.code)) event.stopPropagation();
  if (event.key === "Escape") document.activeElement.blur();
});
root.addEventListener("click", (event) => {
  if (event.target.closest("button, [role=option]")) document.activeElement.blur();
});
</script>"""


def amended(answer: Answer, *, title: str) -> Answer:
    """Change the page on its way to the browser."""

    def answered(connection: ServerConnection, request: Request) -> Response | None:
        if "Accept-Encoding" in request.headers:
            del request.headers["Accept-Encoding"]  # what is packed cannot be changed, and the way is short
        response = answer(connection, request)
        if response is not None:
            head = f"<head>{_OUR_KEYS}{_LAST_LETTERS}<title>{html.escape(title)}</title>"
            response.body = response.body.replace(b"<title>Viser</title>", b"").replace(b"<head>", head.encode(), 1)
            del response.headers["Content-Length"]
            response.headers["Content-Length"] = str(len(response.body))
        return response

    return answered
