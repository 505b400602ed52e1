"""The frame of a page without scripts that opens anywhere: its head, the look of its texts and tables."""

from __future__ import annotations

from html import escape
from string import Template

_FRAME = Template("""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>$title</title>
<style>
body { font: 16px/1.5 system-ui, sans-serif; color: #1f2733; max-width: 68rem; margin: 2rem auto; padding: 0 1rem; }
h1 { font-size: 1.6rem; margin-bottom: .2rem; } h2 { font-size: 1.15rem; margin-top: 2.2rem; }
.quiet { color: #5c6675; font-size: .9rem; } code { overflow-wrap: anywhere; }
.wide { overflow-x: auto; } table { border-collapse: collapse; margin: .8rem 0; }
th, td { padding: .25rem .9rem .25rem 0; text-align: left; vertical-align: top; }
th { border-bottom: 2px solid #c9d0da; } td { border-bottom: 1px solid #e5e9ef; font-variant-numeric: tabular-nums; }
$style
</style>
</head>
<body>
<h1>$title</h1>
$body
</body>
</html>
""")


def plain_page(title: str, body: str, *, style: str = "") -> str:
    """Write a page.

    Parameters
    ----------
    title : escaped here
    body : HTML below the title, every text in it escaped
    style : CSS of what this page alone has
    """
    return _FRAME.substitute(title=escape(title), body=body.strip(), style=style.strip())
